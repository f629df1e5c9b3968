"""A vendor's scorecard of a month on paper: the same figures as the page, with what each is made of and what the grade is worth."""

from mealroute.core.i18n import _, speaking
from mealroute.exporting.papers import Amount, Form, Grid, draw, money
from mealroute.oversight import words
from mealroute.oversight.records import Figure, Scorecard, SideCard
from mealroute.settlement.award_records import Award, AwardPolicy

_HEADS = ("项目", "数值", "计数", "总数", "案例", "权重", "得分")
_WIDTHS = (36.0, 34.0, 24.0, 24.0, 24.0, 18.0, 26.0)
_FOOT = "各数与网页评分卡由同一算法得出；每项背后的餐单行和投诉，在网页评分卡“背后的行”中逐条可查。"


def scorecard_pdf(card: Scorecard, *, vendor_name: str, award: Award | None, policy: AwardPolicy, others: int) -> bytes:
    """The card as PDF, byte-stable. ``others`` is how many vendors were graded, for the place among them."""
    with speaking("zh"):
        facts = [
            ("商户", f"{vendor_name}（{card.vendor_code}）"),
            ("期间", f"{card.first.isoformat()} 至 {card.last.isoformat()}"),
            ("尺度和权重", f"{card.policy.source}，自 {card.policy.valid_from.isoformat()} 起"),
            *_graded(award, policy, others),
        ]
        return draw(
            Form(
                title="助餐商户评分卡", facts=tuple(facts), grids=tuple(_grid(side) for side in card.sides),
                after=(*(text for side in card.sides for text in _explained(side, card.policy.least_weight)), _FOOT),
                signers=("制表", "商户（盖章）", "区级审批"), foot=f"{card.vendor_code}　{card.first:%Y-%m}", day=card.last,
            )
        )  # fmt: skip


def _graded(award: Award | None, policy: AwardPolicy, others: int) -> list[tuple[str, str]]:
    if award is None:
        return []
    if award.grade is None:
        return [("等级", f"无：{award.why}")]
    found = [("等级", f"{award.grade.zh}（{award.score} 分，{others} 家中第 {award.rank} 名）")]
    if award.amount_fen is not None:
        return [*found, ("以奖代补", f"{money(award.amount_fen)} 元，依据 {policy.document}")]
    why = f"{policy.document} 对该等级未定金额" if policy.pays else "没有文件给出金额，本期只评等级"
    return [*found, ("以奖代补", why)]


def _grid(side: SideCard) -> Grid:
    score = "数据不足" if side.score is None else f"{side.score} 分"
    title = f"{_(words.SIDES[side.side])}：{score}（装车 {side.loaded:,} = 送达 {side.handed_over:,} + 未送达 {side.not_handed_over:,}"
    waiting = f" + 尚无记录 {side.open:,}" if side.open else ""
    return Grid(f"{title}{waiting}）", _HEADS, _WIDTHS, [_row(figure) for figure in side.figures])


def _row(figure: Figure) -> tuple[object, ...]:
    return (
        _(words.NAMES[figure.key]), Amount(words.value_text(figure)), figure.share.numerator, figure.share.denominator, figure.n,
        figure.rule.weight, Amount("数据不足" if figure.points is None else f"{float(figure.points):.0f}"),
    )  # fmt: skip


def _explained(side: SideCard, least_weight: int) -> list[str]:
    """How each figure of a side comes about, and how the score is made of them."""
    name = _(words.SIDES[side.side])
    return [
        *(f"{name}，{_(words.NAMES[one.key])}：{words.how(one)} {words.scale(one)}" for one in side.figures),
        f"{name}，总分：{words.score_text(side, least_weight)}",
    ]
