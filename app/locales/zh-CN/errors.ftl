# One sentence for every code. Says what to enter or do, never that somebody did wrong.
error-required = 请填写这一项
error-phone-shape = 填写 11 位手机号，例如 138 开头的号码
error-mail-shape = 填写完整的邮箱地址，例如 name@example.com
error-contact-shape = 填写 11 位手机号，或完整的邮箱地址
error-too-long = 最多可以写 { $max } 个字
error-name-characters = 姓名里只写文字，不要带 < > @ / 等符号
error-not-a-number = 填写一个数字，例如 2
error-out-of-range = 填写 { $min } 到 { $max } 之间的数字
error-children-exceed-party = 儿童人数不能多于总人数，请核对两个数字
error-children-need-adult = 14 岁以下儿童需要至少一位成人同行
error-must-accept = 请勾选这一项后继续
error-not-a-choice = 从列出的选项中选一个
error-code-shape = 填写收到的 6 位数字
error-code-wrong = 和发出的验证码不一致，还可以再试 { $left } 次
error-code-expired = 这个验证码已经失效，请重新获取
error-sign-in-refused = 没能登录，请核对后再试
error-password-too-short = 密码至少需要 { $min } 个字符
error-date-between = 请选 { $first } 到 { $last } 之间的日期
error-date-past = 选一个还没到的时间
error-slug-shape = 用小写字母、数字和短横线，3到60个字符
error-date-shape = 填写日期，例如 2026-07-28
error-time-shape = 填写时间，例如 09:30
error-end-before-start = 结束时间要晚于开始时间
error-reference-shape = 填写 8 位预约码，例如 K7M4-Q2XR
error-already-exists = 已经有一个相同的了
error-text-characters = 只写文字，不要带 < > 等符号
error-not-yet = 这件事还没有发生，请到时候再填
error-day-out-of-range = 选择今天起第 { $from } 天到第 { $until } 天之间的日期

refusal-full = { $free ->
    [0] 这一场已经约满，可以换一场
   *[other] 这一场只剩 { $free } 个名额，不够这次同行的人数。可以减少人数，或换一场
}
refusal-not-open-yet = 这一场还没有开放预约，{ $at } 开放
refusal-too-late = 这一场即将开始或已经开始，不能再预约或更改
refusal-session-closed = 这一场已经取消，请换一场
refusal-party-too-large = 一次预约最多 { $max } 人
refusal-too-many-children = 一次预约最多带 { $max } 名 14 岁以下儿童
refusal-children-need-adult = 14 岁以下儿童需要至少一位成人同行
refusal-daily-limit = 同一手机号或邮箱一天最多预约 { $max } 次
refusal-window-limit = 同一手机号或邮箱 { $days } 天内最多预约 { $max } 次
refusal-overlaps = 您已报名同一时间的另一场，两场时间有重叠。可以先改期或取消那一场，再报名这一场
refusal-suspended = 因为多次预约后没有到场，这个手机号或邮箱的预约暂停至 { $at }，之后可以照常预约。如果是我们弄错了，请联系工作人员核实
refusal-asks-questions = 这个活动报名时需要回答问题，请在活动页面报名
refusal-move-limit = 这个预约已经改过 { $max } 次，不能再改。可以取消后重新预约
refusal-already-cancelled = 这个预约已经取消
refusal-already-arrived = 这个预约已经有人入场，不能再更改
refusal-not-smaller = 这里只能减少人数，并且至少保留一人
refusal-same-session = 现在预约的就是这一场
refusal-offer-ended = 这次候补通知已经结束，名额已让给下一组
refusal-already-waiting = 同一手机号或邮箱已经在候补这一场，不用重复登记
refusal-waiting-limit = 同一手机号或邮箱最多同时登记 { $max } 份候补
refusal-places-free = 所选场次现在有名额，可以直接预约，不用候补
refusal-waiting-over = 这一场临近开场，已经停止候补，请换一场
refusal-busy = 同时预约这一场的人很多，请再试一次，您填写的内容都还在

door-not-a-pass = 不是本馆的入场凭证
door-unknown = 查不到这个预约
door-cancelled = 预约已取消
door-wrong-day = 不是今天的场次：{ $at }
door-too-early = 还没到入场时间，{ $from } 开始入场
door-too-late = 已过入场时间（{ $until } 截止）
door-already-admitted = 全部 { $arrived } 人已经入场
door-more-than-booked = 最多还能入场 { $left } 人
door-session-closed = 本场次已关闭
