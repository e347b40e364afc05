# The privacy notice and the accessibility statement.
privacy-title = 个人信息保护说明
privacy-lead = 我们只收集办理您的事情所必需的信息，用完到期就删除。
privacy-how-title = 我们怎样保护
privacy-how-text = 姓名、手机号和邮箱加密保存；工作人员只看到隐去中间几位的号码，需要查看完整号码时须说明理由并留下记录。本站不使用任何第三方统计或广告。
privacy-rights-title = 您可以做什么
privacy-rights-text = 您可以随时取消预约。取消或参观结束后，信息按上面的期限删除，只留下不含个人信息的人数统计。
accessibility-title = 无障碍说明
accessibility-lead = 我们希望每个人都能自己办完事情，不论用什么设备、什么方式。
accessibility-what-title = 您可以这样使用
accessibility-keyboard = 全部功能都能用键盘完成；按 Tab 键可直接跳到正文。
accessibility-zoom = 文字可放大到 200%，页面不会缺字。点页首“长辈版”可使用更大的文字和按钮。
accessibility-colour = 浅色和深色两种页面都达到文字对比度要求；颜色从不单独表示意思。
accessibility-script = 不开启 JavaScript 也能查看场次和预约。
accessibility-standard-title = 依据的标准
accessibility-standard = 页面按照《网页内容无障碍指南》（WCAG）2.2 版 AA 级设计，并在每次发布前用工具检查。
accessibility-tell-title = 遇到困难时
accessibility-tell = 请在现场或通过本站公布的电话告诉我们是哪一页、遇到了什么；工作人员也可以替您办理预约。
