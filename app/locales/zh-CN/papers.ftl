papers-title = 申请材料
papers-lead = 上传证明身份、病情、费用和家庭经济情况的材料。提交申请以后，材料就不能再改了。
papers-row = 证明、病历、票据的扫描件或照片，随时可以上传或删除，提交后不能再改
papers-there = 已上传的材料
papers-none = 还没有材料
papers-none-text = 从上面选择材料种类和文件，逐个或一次几个上传都可以。
papers-send = 上传材料
papers-send-wait = 上传和检查可能要一会儿，请不要关闭页面。完成后会回到这一页，每个文件的结果写在文件旁边。
papers-kind = 材料种类
papers-file = 材料文件
papers-file-hint = PDF、JPG、PNG、HEIC 图片，或不含宏的 docx、xlsx 文件；每个不超过 { $largest } MB，一次最多选 { $once } 个
papers-used = 已上传 { $files } 个文件，最多 { $most } 个；约 { $used } MB，最多 { $total } MB
papers-count = 已上传 { $n } 个文件
papers-count-none = 还没有上传
papers-go = 上传或删除
papers-answer = 返回申请，回答问题
papers-allowed = 哪些文件可以上传
papers-allowed-1 = 扫描件或手机照片，能看清文字和印章即可；照片会重新保存，其中的拍摄地点等信息会被去掉。
papers-allowed-2 = 带密码的文件请先去掉密码再上传。
papers-allowed-3 = 带附件、脚本、宏、外部链接或嵌入对象的文件不收；打印或另存为 PDF 后再传即可。
papers-allowed-4 = 每个文件都会做杀毒检查，加密保存；只有您和承办该申请的人员能打开，每次打开都有记录。
papers-unscanned-title = 未做杀毒检查
papers-unscanned = 这是演示环境，没有接入杀毒检查：上传的文件没有检查过，只能在这里使用。请不要上传真实材料。
papers-sent = 申请已提交，材料不能再增减。需要补充时，我们会联系您。
papers-asked = 请按我们的问题补充材料。已提交的材料会保留，不能删除；补充完后，请在申请页面回答问题。
papers-appeal = 请上传随申诉提交的新材料。之前提交的材料会保留，不能删除；评审会开始准备审议后，就不能再补充了。
papers-appeal-back = 返回申诉
papers-of-appeal = 随申诉提交
papers-pages = { $n } 页
papers-state-usable = 已收下
papers-state-unscanned = 已收下（未做杀毒检查）
papers-state-refused = 未收下
papers-state-looking = 正在检查
papers-dismiss = 知道了，不再显示
papers-remove = 删除
papers-remove-text = 删除“{ $name }”后无法恢复，需要时请重新上传。
papers-done-added = 材料已收下。
papers-done-removed = 材料已删除。
papers-kind-identity = 身份证明
papers-kind-guardianship = 监护关系证明
papers-kind-diagnosis = 诊断和病历
papers-kind-bills = 费用票据
papers-kind-income = 收入和家庭经济证明
papers-kind-other = 其他
error-file-refused = { $why ->
    [too-large] 文件超过 10 MB。请降低扫描清晰度或分成几个文件再传
    [too-many] 最多上传 30 个文件，已经满了。请先删除不需要的
    [full] 全部文件合计不能超过 200 MB。请先删除不需要的，或换成较小的文件
    [empty] 这个文件是空的，请重新选择
    [ending] 只收 PDF、JPG、PNG、HEIC、docx、xlsx 文件
    [mismatch] 文件内容与扩展名不一致。请用原来的程序另存一份再传
    [damaged] 这个文件打不开，可能已经损坏，请换一个再试
    [locked] 这个文件带有密码。请去掉密码再传
    [script] 文件里有脚本或会自动运行的动作。请打印成普通 PDF 再传
    [launch] 文件会打开别的程序或文件。请打印成普通 PDF 再传
    [attachment] 文件里带有附件或音视频。请把附件单独上传，正文打印成普通 PDF
    [form] 文件里有会提交或运行内容的表单、控件。请打印成普通 PDF 再传
    [macros] 文件里带有宏。请另存为不含宏的文件或 PDF
    [external] 文件会从外部读取内容。请去掉外部链接，或另存为 PDF
    [object] 文件里嵌有其他程序的对象。请去掉，或另存为 PDF
    [two-in-one] 文件前后夹带了其他内容。请用原来的程序另存一份再传
    [pixels] 图片超过 5000 万像素。请缩小后再传
    [unpacks] 文件解压后过大，不能收下。请另存为 PDF 再传
    [pages] PDF 超过 200 页。请分成几个文件再传
    [hidden] 文件里有无法检查的内容。请打印或扫描成普通 PDF 再传
    [harmful] 杀毒检查认出这个文件带有有害内容，没有保存。请检查您的设备，或换一个文件
    [unscanned] 眼下无法做杀毒检查，这个文件没有保存。请过几分钟再传
    [broken-off] 上传中断了，请重新上传
   *[other] 这个文件不能收下
 }
