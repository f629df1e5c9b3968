"""Where a figure comes from, in the reader's language: names of documents stay as they are, what this program says of its own figures does not."""

from collections.abc import Mapping

from mealroute.core.i18n import _, _l, language

OURS: Mapping[str, str] = {
    "本系统默认值；阈值无文件依据，区自定": _l(
        "this system's own defaults; no document gives limits, they are set by the district"
    ),
    "区自定参数（示例区演示用，非真实文件）": _l("set by the district (for the sample district, no real document)"),
    "区自定参数（无文件规定抽查比例）": _l("set by the district (no document says which share is drawn)"),
    "示例区选项（演示用，非真实文件）": _l("chosen by the sample district (no real document)"),
    "示例区约定（演示用，非真实文件）": _l("agreed in the sample district (no real document)"),
    "本区自定参数，无文件规定": _l("set by the district, no document says so"),
    "本系统默认值，区内可改": _l("this system's own default, which the district may change"),
    "户数和速度无文件规定，区自定": _l("no document gives households or speeds, they are set by the district"),
    "人数、比例和宽限天数无文件规定，区自定": _l(
        "no document gives people, shares or days of grace, they are set by the district"
    ),
    "装车之前的时间无文件规定，区自定": _l("no document says how long before loading, it is set by the district"),
    "次数和比例无文件规定，区自定": _l("no document gives times or shares, they are set by the district"),
    "份数和比例无文件规定，区自定": _l("no document gives numbers or shares, they are set by the district"),
    "户数和比例无文件规定，区自定": _l("no document gives households or shares, they are set by the district"),
    "比例无文件规定，区自定": _l("no document gives shares, they are set by the district"),
    "次数无文件规定，区自定": _l("no document says how often, it is set by the district"),
    "无文件规定天数，区自定": _l("no document gives days, they are set by the district"),
    "无文件规定份数，区自定": _l("no document gives numbers, they are set by the district"),
    "无文件规定比例，区自定": _l("no document gives a share, it is set by the district"),
    "无文件规定差额，区自定": _l("no document gives a difference, it is set by the district"),
    "无文件规定幅度，区自定": _l("no document gives margins, they are set by the district"),
    "官方列格式未见，本区自定": _l("no official columns were found, they are set by the district"),
    "宽限天数区自定": _l("days of grace are set by the district"),
    "距离阈值区自定": _l("the distance is set by the district"),
    "宽限区自定": _l("the grace is set by the district"),
    "天数区自定": _l("days are set by the district"),
    "残疾人年龄由区定": _l("the age of disabled people is set by the district"),
    "街道自定参数": _l("set by the street"),
    "区自定参数": _l("set by the district"),
    "其余为本系统默认值": _l("the rest are this system's own defaults"),
    "90 分钟上限为本系统默认值": _l("the limit of 90 minutes is this system's own default"),
    "本系统默认清单": _l("this system's own list"),
    "本系统默认值": _l("this system's own default"),
    "上门现金须交他人收讫": _l("cash from doors must be received by somebody else"),
    "现金屡屡迟交（以新补旧）": _l("cash that comes late again and again (new money for old)"),
    "带回的餐与申报交付之和多于装车": _l("meals that came back and meals claimed are more than were loaded"),
    "记了无人、拒收，餐却没有带回": _l("written down as not handed over, and not brought back"),
    "份数或签约人数恰好够到补贴的下一档": _l("a count that just reaches the next tier"),
    "纸质记录多日后补录": _l("paper keyed many days later"),
    "先记无人、后改已交付": _l("first nobody there, then handed over"),
    "两小时取自食品安全时限": _l("two hours are the limit of food safety"),
    "整月放门口、无人见过本人": _l("left at the door all month, the person seen by nobody"),
    "关闭定位则无从核查路线": _l("without places no route can be checked"),
    "定位照抄上一次": _l("places copied from the time before"),
    "同一户逐位相同": _l("the same to the last digit at the same door"),
    "一个账号在几部手机上轮流确认": _l("one account records in turn on several phones"),
    "整日记录逐秒照抄，或整体平移后照抄": _l("a day's records copied to the second, or copied and moved"),
    "被暂停的商户换名再做": _l("a suspended vendor goes on under another name"),
    "证照、信用代码或电话相同": _l("the same licence, credit code or telephone"),
    "厨房停用之后仍有交付": _l("handovers after the kitchen was closed"),
    "一人两个送餐员代码，同一时段两地送餐": _l("one driver under two codes, at two places at once"),
    "退餐后仍申报": _l("cancelled and claimed all the same"),
    "按虚报人数申报": _l("more people claimed than there are"),
    "整条线的记录天天在送完一小时后一并上传": _l(
        "whole rounds come in an hour or more after the last door, day after day"
    ),
    "虚构人员：回访多人联系不上": _l("people who cannot be reached in the call-back may be invented"),
}
"""What the rule files say in their own words, the longest of words that hold each other first."""


def source_words(text: str) -> str:
    """The source as it stands in the rule file; in English with our own words translated and documents' names as they are."""
    if language() == "zh":
        return text
    for ours, english in OURS.items():
        text = text.replace(ours, _(english))
    return text.replace("；", "; ")
