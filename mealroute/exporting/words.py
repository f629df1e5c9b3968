"""The words of the files, which are Chinese whatever the reader's language: officials and platforms read them."""

from collections.abc import Mapping

from mealroute.exporting.records import What

TITLES: Mapping[What, str] = {
    What.SETTLEMENT: "养老助餐补贴结算表",
    What.DETAIL: "养老助餐补贴送餐与结算明细",
    What.VENDOR_DAYS: "养老助餐商户逐日对账单",
    What.NOTICE: "养老助餐补贴情况公示",
    What.PLATFORM: "平台上传文件",
}
SHEETS: Mapping[What, str] = {
    What.SETTLEMENT: "明细", What.DETAIL: "明细", What.VENDOR_DAYS: "逐日", What.NOTICE: "公示", What.PLATFORM: "上传",
}  # fmt: skip
PAYERS: Mapping[str, str] = {"city": "市级", "district": "区级", "street": "街道", "village": "村居", "charity": "慈善"}
CHANNELS: Mapping[str, str] = {"web": "网上", "phone": "电话", "counter": "柜台", "paper": "纸单"}
DELIVERIES: Mapping[str, str] = {"home": "送餐到户", "station": "站点自取"}
MEANS: Mapping[str, str] = {
    "card": "卡", "mobile": "手机支付", "cash-at-door": "上门现金", "monthly": "月结", "counter-cash": "柜台现金",
}  # fmt: skip
SOURCES: Mapping[str, str] = {
    "phone": "司机手机", "paper": "纸单录入", "desk": "调度台", "closing": "收班登记",
    "simulated": "演示",
}  # fmt: skip
STATES: Mapping[str, str] = {"open": "未结", "closed": "已结"}
ROLES: Mapping[str, str] = {
    "dispatcher": "调度员", "finance": "财务", "street-checker": "街道审核", "district-approver": "区级审批", "auditor": "审计", "district": "区级总台",
    "system": "程序", "admin": "管理员", "vendor": "商户", "hotline": "热线", "kitchen": "厨房", "station": "站点", "driver": "司机",
}  # fmt: skip
