# The mailbox of development.
mailbox-title = 开发信箱
mailbox-lead = 本应发出的短信和邮件，最新的在前。只在开发环境中存在。
mailbox-none-title = 还没有消息
mailbox-none-text = 获取一次验证码，或做一次预约，消息就会出现在这里。
mailbox-to = 收件人包含
mailbox-find = 查找
mailbox-sms = 短信
mailbox-mail = 邮件
mailbox-no-subject = 短信
mailbox-code = 验证码
mailbox-html = 网页版原文（以纯文本显示）
