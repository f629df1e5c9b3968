// A signature: strokes in a box of 1000 by 400, whatever the screen's size.

export function pad(canvas) {
  const strokes = [];
  let stroke = null;
  canvas.width = 1000;
  canvas.height = 400;
  const pen = canvas.getContext("2d");
  Object.assign(pen, { lineWidth: 7, lineCap: "round", lineJoin: "round" });
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [Math.round(((event.clientX - box.left) / box.width) * 1000), Math.round(((event.clientY - box.top) / box.height) * 400)];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    stroke = place(event);
    strokes.push(stroke);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const [x, y] = place(event);
    pen.beginPath();
    pen.moveTo(stroke.at(-2), stroke.at(-1));
    pen.lineTo(x, y);
    pen.stroke();
    if (stroke.length < 2000) stroke.push(x, y);
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { stroke = null; });
  return {
    strokes: () => strokes.filter((each) => each.length >= 4),
    clear: () => { strokes.length = 0; pen.clearRect(0, 0, 1000, 400); },
  };
}
