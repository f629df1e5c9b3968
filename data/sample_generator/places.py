"""The real frame: Dongcheng's 17 streets with codes and centres, and name stock for what is invented inside it."""

from __future__ import annotations

from dataclasses import dataclass

GENERAL_KNOWLEDGE = "公开地图概略位置，误差约1公里，仅供演示"
PUBLISHED = "公开资料"


@dataclass(frozen=True, slots=True)
class Street:
    """A street office (街道): its division code, names, and centre in WGS-84."""

    code: str
    name: str
    name_en: str
    lat: float
    lon: float
    source: str = GENERAL_KNOWLEDGE


STREETS = (
    Street("110101001", "东华门街道", "Donghuamen", 39.914, 116.406),
    Street("110101002", "景山街道", "Jingshan", 39.930, 116.402),
    Street("110101003", "交道口街道", "Jiaodaokou", 39.937, 116.405),
    Street("110101004", "安定门街道", "Andingmen", 39.945, 116.402),
    Street("110101005", "北新桥街道", "Beixinqiao", 39.941, 116.419),
    Street("110101006", "东四街道", "Dongsi", 39.929, 116.424),
    Street("110101007", "朝阳门街道", "Chaoyangmen", 39.921, 116.424),
    Street("110101008", "建国门街道", "Jianguomen", 39.9103, 116.4364, PUBLISHED),
    Street("110101009", "东直门街道", "Dongzhimen", 39.944, 116.438),
    Street("110101010", "和平里街道", "Hepingli", 39.960, 116.417),
    Street("110101011", "前门街道", "Qianmen", 39.896, 116.400),
    Street("110101012", "崇文门外街道", "Chongwenmenwai", 39.895, 116.415),
    Street("110101013", "东花市街道", "Donghuashi", 39.896, 116.432),
    Street("110101014", "龙潭街道", "Longtan", 39.880, 116.436),
    Street("110101015", "体育馆路街道", "Tiyuguanlu", 39.8856, 116.4219, PUBLISHED),
    Street("110101016", "天坛街道", "Tiantan", 39.882, 116.411),
    Street("110101017", "永定门外街道", "Yongdingmenwai", 39.863, 116.405),
)

STEMS = (
    "灯草", "礼士", "演乐", "史家", "干面", "金鱼", "方砖", "箭厂", "官书", "雨儿", "帽儿", "秦老", "炒豆", "板厂", "棉花",
    "沙井", "黑芝麻", "菊儿", "香饵", "土儿", "府学", "汪芝麻", "魏家", "钱粮", "育群", "育芳", "铁营", "椿树", "红星", "油坊",
    "大方", "羊管", "针线", "石雀", "九道", "王家", "北门仓", "烧酒", "前拐棒", "竹竿", "禄米仓", "小雅宝", "盔甲", "麻线",
    "羊肉", "西打磨", "草厂", "得丰", "兴隆", "奋章", "三里", "珠市", "粉房", "蟠桃", "花市", "缨子", "白桥", "幸福", "夕照",
    "光明", "左安", "法华", "金台", "天仙", "西园", "清华", "东晓", "刷子", "鲁班", "永内", "沙子", "桃杨", "革新", "安乐",
    "民旺", "和平", "青年", "地坛", "小黄", "兴化", "七区", "交北", "化工", "柳芳", "新中", "工体", "胡家", "东外", "清水",
)  # fmt: skip
LANE_KINDS = ("胡同", "胡同", "胡同", "巷", "夹道", "条")
AVENUES_EAST_WEST = (
    "永外南路", "永定门东街", "左安门西街", "体育馆路", "天坛北路", "珠市口东大街", "前门东大街", "东长安街", "金鱼北大街",
    "朝阳门内大街", "东四西大街", "张自忠东路", "交道口东大街", "东直门内大街", "安定门东大街", "地坛南路", "和平里中街",
    "和平里北街", "安外北路",
)  # fmt: skip
AVENUES_NORTH_SOUTH = (
    "前门大街", "南池子大街", "王府井南街", "东单北大街", "东四南大街", "雍和宫大街", "朝阳门南小街", "建国门北大街", "东直门南街",
    "广渠门内街",
)  # fmt: skip
TOWER_ESTATES = ("小区", "家园", "里", "楼", "公寓", "苑")
