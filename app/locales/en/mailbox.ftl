# The mailbox of development.
mailbox-title = Development mailbox
mailbox-lead = The text messages and emails that would have left, newest first. It exists in development only.
mailbox-none-title = No messages yet
mailbox-none-text = Ask for a code or make a booking, and the message appears here.
mailbox-to = Recipient contains
mailbox-find = Find
mailbox-sms = SMS
mailbox-mail = Mail
mailbox-no-subject = Text message
mailbox-code = Code
mailbox-html = The HTML, shown as plain text
