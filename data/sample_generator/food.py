"""Dishes and a weekly menu: two ordinary lunches a day, and one for each diet that needs its own pot."""

from __future__ import annotations

from dataclasses import dataclass

DISH_HEADINGS = ("编号", "菜名", "英文名", "适合", "含有", "过敏原", "质地", "单价", "冷热", "营养备注")
MENU_HEADINGS = ("weekday", "slot", "diet", "choice", "dish_code", "price", "valid_from", "valid_to")
MENU_FROM = "2024-01-01"
GENTLE = "低糖；低盐；软食"


@dataclass(frozen=True, slots=True)
class Dish:
    """A lunch box: main dish, side and staple in one name. Price in yuan."""

    group: str
    name: str
    name_en: str
    suits: str
    contains: str
    price: int
    allergens: str = ""

    @property
    def texture(self) -> str:
        """As the kitchen writes it: what is made for people who swallow badly is puree, what is made soft is soft."""
        return "糊" if "糊状" in self.suits else "软" if "软食" in self.suits else "普通"


DISHES = (
    Dish("normal", "宫保鸡丁 清炒油菜 米饭", "Kung pao chicken, greens, rice", "常餐", "鸡肉；花生；大豆", 18, "含麸质谷物"),
    Dish("normal", "西红柿炒鸡蛋 土豆烧牛肉 米饭", "Tomato and egg, beef with potatoes, rice", "常餐", "鸡蛋；牛肉", 20),
    Dish("normal", "清蒸鲈鱼 蒜蓉西兰花 米饭", "Steamed bass, broccoli, rice", "常餐", "鱼；葱蒜", 22),
    Dish("normal", "木须肉 醋溜白菜 馒头", "Moo shu pork, cabbage, steamed bun", "常餐", "猪肉；鸡蛋；小麦", 18, "大豆"),
    Dish("normal", "炸酱面 拌黄瓜", "Noodles with soybean paste, cucumber", "常餐", "猪肉；大豆；小麦", 16),
    Dish("normal", "红烧鸡块 香菇油菜 米饭", "Braised chicken, mushrooms and greens, rice", "常餐", "鸡肉；大豆", 18, "含麸质谷物"),
    Dish("normal", "虾仁冬瓜 家常豆腐 米饭", "Shrimps with wax gourd, tofu, rice", "常餐", "虾；大豆", 20),
    Dish("normal", "回锅肉 炒豆芽 米饭", "Twice-cooked pork, bean sprouts, rice", "常餐", "猪肉；辣椒", 18, "大豆；含麸质谷物"),
    Dish("normal", "带鱼炖豆腐 炒圆白菜 米饭", "Hairtail with tofu, cabbage, rice", "常餐", "鱼；大豆", 20, "含麸质谷物"),
    Dish("normal", "萝卜炖羊肉 炒菠菜 花卷", "Mutton with radish, spinach, roll", "常餐", "羊肉；小麦", 22),
    Dish("normal", "肉末茄子 炒胡萝卜 米饭", "Aubergine with minced pork, carrots, rice", "常餐", "猪肉；葱蒜", 16, "大豆；含麸质谷物"),
    Dish("normal", "青椒鸡丝 番茄菜花 米饭", "Chicken with peppers, cauliflower, rice", "常餐", "鸡肉", 16),
    Dish("normal", "狮子头 炒小白菜 米饭", "Pork meatballs, pak choi, rice", "常餐", "猪肉；鸡蛋", 20, "大豆；含麸质谷物"),
    Dish("normal", "猪肉白菜饺子 拌海带", "Pork dumplings, seaweed", "常餐", "猪肉；小麦；海带", 18),
    Dish("low-sugar", "杂粮饭 清炖鸡 炒苦瓜", "Mixed grains, stewed chicken, bitter gourd", "低糖；低盐", "鸡肉", 18, "含麸质谷物"),
    Dish("low-sugar", "荞麦面 牛肉丝 拌菠菜", "Buckwheat noodles, beef, spinach", "低糖", "牛肉；小麦", 18),
    Dish("low-sugar", "燕麦饭 香干芹菜 炖鸡块", "Oat rice, celery with tofu, chicken", "低糖；低盐", "鸡肉；大豆", 18, "含麸质谷物"),
    Dish("low-sugar", "糙米饭 冬瓜丸子 炒油麦菜", "Brown rice, wax gourd with meatballs, lettuce", "低糖", "猪肉", 18),
    Dish("low-salt", "清蒸鸡腿 炒西葫芦 米饭", "Steamed chicken leg, courgette, rice", "低盐", "鸡肉", 18),
    Dish("low-salt", "番茄牛腩 清炒生菜 米饭", "Beef with tomatoes, lettuce, rice", "低盐", "牛肉", 20),
    Dish("low-salt", "香菇滑鸡 冬瓜 米饭", "Chicken with mushrooms, wax gourd, rice", "低盐；低糖", "鸡肉", 18),
    Dish("low-salt", "肉丝豆芽 炒莴笋 米饭", "Shredded pork, stem lettuce, rice", "低盐", "猪肉", 16),
    Dish("soft", "鸡蛋羹 肉末豆腐 软米饭", "Egg custard, tofu with minced pork, soft rice", GENTLE, "鸡蛋；猪肉；大豆", 18),
    Dish("soft", "番茄鸡茸面 蒸南瓜", "Soft noodles with chicken and tomato, pumpkin", GENTLE, "鸡肉；小麦", 16),
    Dish("soft", "胡萝卜炖牛肉 烂糊白菜 软米饭", "Soft beef with carrots, cabbage, soft rice", GENTLE, "牛肉", 20),
    Dish("soft", "冬瓜肉丸汤 蒸蛋 软米饭", "Wax gourd and meatball soup, egg, soft rice", GENTLE, "猪肉；鸡蛋", 18),
    Dish("puree", "鸡肉南瓜匀浆", "Chicken and pumpkin purée", "糊状；低糖；低盐；软食", "鸡肉", 20, "乳类"),
    Dish("puree", "牛肉土豆匀浆", "Beef and potato purée", "糊状；低糖；低盐；软食", "牛肉", 20),
    Dish("halal", "清真红烧牛肉 炒油菜 米饭", "Halal braised beef, greens, rice", "清真；低糖；低盐；软食", "牛肉", 20, "大豆；含麸质谷物"),
    Dish("halal", "清真葱爆羊肉 炒豆芽 米饭", "Halal mutton with leeks, bean sprouts, rice", "清真；低糖；低盐", "羊肉；葱蒜", 22, "大豆；含麸质谷物"),
    Dish("halal", "清真炖鸡块 冬瓜 米饭", "Halal stewed chicken, wax gourd, rice", "清真；低糖；低盐；软食", "鸡肉", 18),
    Dish("vegetarian", "素什锦 麻婆豆腐 米饭", "Mixed vegetables, tofu, rice", "素食；低糖；低盐", "大豆", 15, "含麸质谷物"),
    Dish("vegetarian", "香菇面筋 炒时蔬 米饭", "Mushrooms with gluten, greens, rice", "素食；低糖；低盐", "小麦", 15, "大豆"),
    Dish("vegetarian", "番茄豆腐羹 蒸山药 米饭", "Tomato and tofu soup, yam, rice", "素食；低糖；低盐；软食", "大豆", 15),
)  # fmt: skip


def codes() -> dict[str, list[tuple[str, Dish]]]:
    """Dishes with their codes, by the diet group that they are cooked for."""
    groups: dict[str, list[tuple[str, Dish]]] = {}
    for number, dish in enumerate(DISHES, start=1):
        groups.setdefault(dish.group, []).append((f"D{number:03d}", dish))
    return groups


def dish_rows() -> list[list[object]]:
    return [
        [code, dish.name, dish.name_en, dish.suits, dish.contains, dish.allergens, dish.texture, dish.price, "热", ""]
        for dishes in codes().values()
        for code, dish in dishes
    ]


def menu_rows() -> list[list[object]]:
    """Every weekday, weekends too; every day has an ordinary dish without peanut and one without seafood."""
    rows: list[list[object]] = []
    for weekday in range(1, 8):
        for group, dishes in codes().items():
            if group == "normal":
                offers = [("A", dishes[weekday - 1]), ("B", dishes[weekday + 6])]
            else:
                offers = [("A", dishes[(weekday - 1) % len(dishes)])]
            for choice, (code, dish) in offers:
                rows.append([weekday, "lunch", group, choice, code, dish.price, MENU_FROM, ""])
    return rows
