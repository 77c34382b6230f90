"""会员：导入、导出、删除、同步粉丝 / import, export, erase, sync."""

NAME = "members"
