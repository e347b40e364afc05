# One sentence for every code. Says what to enter or do, never that somebody did wrong.
error-required = 请填写这一项
error-required-choice = 请选择一项
error-required-file = 请选择文件
error-phone-shape = 填写11位手机号，例如138开头的号码
error-mail-shape = 填写完整的邮箱地址，例如 name@example.com
error-contact-shape = 填写11位手机号，或完整的邮箱地址
error-too-long = 最多可以写{ $max }个字
error-too-short = 请至少写{ $min }个字
error-name-characters = 姓名里只写文字，不要带 < > @ / 等符号
error-not-a-number = 填写一个数字，例如 2
error-before-or-after = 填写整数：最早为开场前{ $before }分钟，最晚为开场后{ $after }分钟（填-{ $after }）
error-out-of-range = 填写{ $min }到{ $max }之间的数字
error-children-exceed-party = 儿童人数不能多于总人数，请核对两个数字
error-children-need-adult = 14岁以下儿童需要至少一位成人同行
error-must-accept = 请勾选这一项后继续
error-not-a-choice = 从列出的选项中选一个
error-code-shape = 填写收到的6位数字
error-code-wrong = 和发出的验证码不一致，还可以再试{ $left }次
error-code-expired = 这个验证码已经失效，请重新获取
error-sign-in-refused = 没能登录，请核对后再试
error-password-too-short = 密码至少需要{ $min }个字符
error-date-between = 请选 { $first } 到 { $last } 之间的日期
error-date-past = 选一个还没到的时间
error-opens-earlier = { $day }的放号会早于这条规则：先改期或取消它；已有人排队的，等它结束再改
error-slug-shape = 用小写字母、数字和短横线，3到60个字符
error-date-shape = 填写日期，例如 2026-07-28
error-date-year = 年份不在{ $first }到{ $last }之间，请核对
error-files-refused = { $of }个文件里有{ $n }个没有收下，原因写在下面每个文件旁
error-time-shape = 填写时间，例如 09:30
error-end-before-start = 结束时间要晚于开始时间
error-reference-shape = 填写8位预约码，例如 K7M4-Q2XR
error-certificate-shape = 填写证书编号，例如 SDQXB-2026-000123
error-contract-number-shape = 填写合同编号：SD和10位数字，例如 SD2026000417
error-certificate-code-shape = 填写证书上的12位验证码
error-name-differs = 与申请时填写的姓名不一致，请按申请时的写法填写
error-already-exists = 已经有一个相同的了
error-text-characters = 只写文字，不要带 < > 等符号
error-unseen-characters = 这里有看不见的字符，或会颠倒文字顺序的字符。请删掉这一项，手工重新输入；如含生僻字，请用同音字或拼音代替
error-not-yet = 这件事还没有发生，请到时候再填
error-day-out-of-range = 选择今天起第{ $from }天到第{ $until }天之间的日期
error-group-size = 团体连同随行成人共{ $min }到{ $max }人；更少请用个人预约，更多请分批
error-adults-needed = 至少需要{ $least }位成年人随行
error-resident-shape = 身份证号是18位：前17位是数字，最后一位是数字或 X
error-resident-region = 身份证号开头的地区代码不对，请对照证件检查
error-resident-birth-date = 身份证号里的出生日期不对，请对照证件检查
error-resident-check-digit = 身份证号有一位不对，请对照证件逐位检查
error-document-shape = 号码与所选的证件类型不符，请检查类型和号码
error-document-twice = 这份证件已登记给本次预约的第{ $nth }位，请核对号码
error-nothing-asked = 这里没有需要回答的问题，请不要填写回答
error-stay-choose = 请勾选仍然要来的人，一共{ $people }位
error-children-by-all-documents = { $n ->
    [0] 证件上的出生日期显示没有人未满14岁，与填写的人数不一致，请核对
   *[other] 证件上的出生日期显示有{ $n }位未满14岁，与填写的人数不一致，请核对
}
error-children-by-documents = { $min ->
    [0] 证件上的出生日期与填写的14岁以下人数不一致，最多{ $max }位，请核对
   *[other] 证件上的出生日期显示有{ $min }位未满14岁，与填写的人数不一致（{ $min }至{ $max }位），请核对
}
error-formula-cell = 这一格是公式或以特殊符号开头，请改成普通文字
error-particulars = 只写姓名和班级，请去掉证件号码、电话号码和邮箱
error-row-twice = 与第{ $row }行重复，请删去一行；同名的人请用班级区分
error-too-many-rows = 名单最多{ $max }人，与参观人数一致；请删去多出的行，或联系我们增加人数
error-file-unreadable = 读不出这个文件。请使用下载的空白名单，或另存为 .xlsx 或 .csv 再提交
error-file-too-large = 文件不能超过 { $max } KB；名单只需要姓名和班级两列
error-file-too-heavy = 文件不能超过 { $max } MB
error-file-kind-letter = 请选择 PDF、JPG 或 PNG 文件
error-file-kind-picture = 请选择 JPG 或 PNG 照片
error-file-harmful = 杀毒检查认出这个文件带有有害内容，没有保存。请检查您的设备，或换一个文件
error-file-unscanned = 眼下暂时无法做杀毒检查，这个文件没有保存。请过几分钟再传，其他已填的内容都还在
error-file-broken = 这个文件打不开，可能已经损坏，请换一个再试
error-file-active = 这个 PDF 带有密码、附件或会自动运行的内容，不能收下。请打印或扫描成普通 PDF，或者拍照上传
error-file-pages = 最多{ $max }页
error-picture-too-large = 图片不能超过{ $max }百万像素，请缩小后再试
error-web-address-shape = 填写以 https:// 开头的地址，不带端口、用户名和密码，例如 https://partner.example/hooks
error-web-address-unknown = 没有找到这个域名，请核对拼写；如果刚刚设置好，请稍后再试
error-web-address-private = 这个地址指向内部网络，请填写可以从互联网访问的地址
error-money-shape = 请填写金额，例如 1,234.56
error-money-decimals = 金额最多精确到分（两位小数）
error-money-not-positive = 金额必须大于0
error-money-too-large = 金额太大，请检查是否多输了数字
error-bank-account-shape = 银行账号为8到30位数字，请核对
error-born-otherwise = 证件号码中的出生日期与所填不一致，请核对
error-same-document = 这与患者的证件号码相同，请填写监护人本人的证件
error-more-than-costs = 申请金额不能超过预计还需的费用
error-ceiling-passed = 已承诺和已支出的金额已经超过这个上限，请填更大的金额
error-more-than-owed = 超过了可以填写的最大金额，请核对
error-consent-needed = 没有这项同意，我们无法评审申请；如不同意，请联系我们了解其他求助渠道

refusal-full = { $free ->
    [0] 这一场已经约满，可以换一场
   *[other] 这一场只剩{ $free }个名额，不够这次同行的人数。可以减少人数，或换一场
}
refusal-not-open-yet = 这一场还没有开放预约，{ $at } 开放
refusal-too-late = 这一场即将开始或已经开始，不能再预约或更改
refusal-session-closed = 这一场已经取消，请换一场
refusal-no-booking-needed = 这一场免预约，直接来就行
refusal-party-too-large = 一次预约最多{ $max }人
refusal-too-many-children = 一次预约最多带{ $max }名14岁以下儿童
refusal-children-need-adult = 14岁以下儿童需要至少一位成人同行
refusal-daily-limit = 同一手机号、邮箱或账号一天最多预约{ $max }次
refusal-window-limit = 同一手机号、邮箱或账号{ $days }天内最多预约{ $max }次
refusal-people-daily-limit = { $left ->
    [0] 同一手机号、邮箱或账号的预约，同一天合计最多{ $max }人，当天已经约满
   *[other] 同一手机号、邮箱或账号的预约，同一天合计最多{ $max }人，当天还可以约{ $left }人
}
refusal-children-daily-limit = { $left ->
    [0] 同一手机号、邮箱或账号的预约，同一天合计最多带{ $max }名14岁以下儿童，当天不能再增加儿童
   *[other] 同一手机号、邮箱或账号的预约，同一天合计最多带{ $max }名14岁以下儿童，当天还可以带{ $left }名
}
refusal-people-window-limit = { $left ->
    [0] 同一手机号、邮箱或账号的预约，{ $days }天内合计最多{ $max }人，已经约满
   *[other] 同一手机号、邮箱或账号的预约，{ $days }天内合计最多{ $max }人，还可以约{ $left }人
}
refusal-children-window-limit = { $left ->
    [0] 同一手机号、邮箱或账号的预约，{ $days }天内合计最多带{ $max }名14岁以下儿童，不能再增加儿童
   *[other] 同一手机号、邮箱或账号的预约，{ $days }天内合计最多带{ $max }名14岁以下儿童，还可以带{ $left }名
}
refusal-changes-over = 自助取消和更改已于 { $at } 截止。来不了请联系接待台
refusal-document-limit = 用这份证件已经有预约了，预约次数已满或时间有重叠。可以先取消或改期那一次；如果不是您本人预约的，请联系工作人员核实
refusal-document-limit-of = 第{ $nth }位的证件已经有预约了，预约次数已满或时间有重叠。可以先取消或改期那一次；如果不是本人预约的，请联系工作人员核实
refusal-overlaps = 您已报名同一时间的另一场，两场时间有重叠。可以先改期或取消那一场，再报名这一场
refusal-suspended = 因为多次预约后没有到场，这个手机号、邮箱或账号的预约暂停至 { $at }，之后可以照常预约。如果是我们弄错了，请联系工作人员核实
refusal-asks-questions = 这个活动报名时需要回答问题，请在活动页面报名
refusal-move-limit = 这个预约已经改过{ $max }次，不能再改。可以取消后重新预约
refusal-already-cancelled = 这个预约已经取消
refusal-already-arrived = 这个预约已经有人入场，不能再更改
refusal-not-smaller = 这里只能减少人数，并且至少保留一人
refusal-same-session = 现在预约的就是这一场
refusal-offer-ended = 这次候补通知已经结束，名额已让给下一组
refusal-already-waiting = 同一手机号或邮箱已经在候补这一场，不用重复登记
refusal-waiting-limit = 同一手机号或邮箱最多同时登记{ $max }份候补
refusal-date-full = { $at } 这一场只剩{ $free }个名额，整个系列没有预约，其他场次也没有占用。您可以报名有名额的单场，或候补已满的场次；填写的内容都还在
refusal-of-date = { $at } 这一场：{ $why }。整个系列都没有预约
refusal-whole-series-only = 这个活动只能整个系列一起报名、一起取消
refusal-single-dates-only = 这个活动请按场次分别报名
refusal-places-free = 所选场次现在有名额，可以直接预约，不用候补
refusal-waiting-over = 这一场临近开场，已经停止候补，请换一场
refusal-busy = 同时预约这一场的人很多，请再试一次，您填写的内容都还在
request-busy = 现在操作的人有点多，请再试一次，您填写的内容都还在

door-not-a-pass = 不是本馆的入场凭证
door-unknown = 查不到这个预约
door-cancelled = 预约已取消
door-wrong-day = 不是今天的场次：{ $at }
door-too-early = 还没到入场时间，{ $from } 开始入场
door-too-late = 已过入场时间（{ $until } 截止）
door-already-admitted = 全部{ $arrived }人已经入场
door-more-than-booked = 最多还能入场{ $left }人
door-session-closed = 本场次已关闭
door-not-today = 不是今天的场次
error-din-shape = 填写13位脐血编号和最后的校验字符，共14位
error-din-check = 校验字符对不上，有一位可能打错了，请对照血袋再核对一遍
error-din-unknown = 没有这个编号的脐带血，请对照血袋再核对一遍
error-slot-shape = 填写位置标签上的内容：罐号/塔-架-位，例如 LN2-01/3-2-14
error-unit-code-shape = 填写大写字母、数字和短横，2到16位
error-own-account = 这是您自己的账号，请质量部另一位同事来改
error-code-worked = 已经有人用这个代码做过操作，不能再改换账号
error-contract-unknown = 没有这个编号的合同，请对照合同首页再核对一遍
error-sum-differs = 所选费用合计{ $sum }元，与填写的金额不一致，请核对
error-payment-otherwise = 这个银行流水号已经登记过另一笔付款，请核对流水号
error-unit-taken = 这份脐带血属于别的家庭、用途不同，或者已在另一份合同下，请核对编号
error-contract-unfit = 这份合同不能接收脐带血：它必须属于另一个家庭、已经签署、用途相同，并且名下还没有脐带血
error-unit-stays = 这份脐带血的记录不允许变更归属，请联系质量部
error-unit-other = 这不是这份合同名下的脐带血，请对照血袋再核对一遍
error-decimal-shape = 填写一个数字，最多一位小数，例如 19.5
error-between = 填写{ $least }到{ $most }之间的数字
error-warns-too-late = 警戒限应先于临界限报警：温度要更低，液位要更高
