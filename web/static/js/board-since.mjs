// Two people on one draft: asks once a second what others have changed, shows who did what, keeps selection, focus and scroll.
import { ask } from "./parts.mjs";

const PAUSE_MS = 1000;

export function watch(board, editor, wait = (ms) => new Promise((done) => { setTimeout(done, ms); })) {
  const source = board.root.dataset.since;
  if (!source) return;
  board.catchUp = async () => {
    const facts = editor.facts();
    const asked = new URL(source + location.search, location.href);
    asked.searchParams.set("draft", facts.draft);
    asked.searchParams.set("seen", facts.seen);
    const answer = await ask(asked, { headers: { "X-Poll": "1" } });
    if (!answer.ok) return;
    if (answer.data.ended) { location.assign(location.pathname); return; }
    if (answer.data.parts && answer.data.revision > Number(editor.facts().seen)) editor.apply(answer.data);
  };
  (async () => {
    for (;;) {
      await wait(PAUSE_MS);
      if (editor.busy || document.hidden || board.dragging) continue;
      await board.catchUp().catch(() => null);
    }
  })();
}
