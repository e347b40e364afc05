papers-title = Papers
papers-lead = Send what shows who you are, the illness, its costs and what the family has. Once the application is sent, its papers stay as they are.
papers-row = Scans or photographs of certificates, records and bills: send or remove them at any time before the application is sent
papers-there = What you have sent
papers-none = No papers yet
papers-none-text = Choose above what a file shows and the file itself, one by one or several at once.
papers-send = Send papers
papers-send-wait = Sending and checking may take a moment; please leave this page open. You come back here, and what became of each file stands beside it.
papers-kind = What it shows
papers-file = File
papers-file-hint = PDF, JPG, PNG or HEIC, or docx and xlsx without macros; at most { $largest } MB each, and { $once } at once
papers-used = { $files } of { $most } files; about { $used } of { $total } MB
papers-count = { $n ->
    [one] 1 file uploaded
   *[other] { $n } files uploaded
}
papers-count-none = Nothing uploaded yet
papers-go = Upload or remove
papers-answer = Back to the question
papers-allowed = Which files are taken
papers-allowed-1 = Scans or photographs on which words and seals can be read. Photographs are saved anew, so that where they were taken is lost.
papers-allowed-2 = Please take a password off a file before you send it.
papers-allowed-3 = Files with attachments, scripts, macros, external links or embedded objects are not taken; print or save them as a plain PDF.
papers-allowed-4 = Each file is checked for viruses and kept encrypted; only you and those who handle the application can open it, and each opening is recorded.
papers-unscanned-title = Not scanned
papers-unscanned = This is a demonstration without a virus scanner: files are not checked, and can be used here only. Please send no real papers.
papers-sent = The application was sent: no papers can be added or removed. Should any be missing, we will contact you.
papers-asked = Please add the papers we asked about. Those you sent before stay. When you are done, answer our question on the page of your application.
papers-pages = { $n ->
    [one] 1 page
   *[other] { $n } pages
 }
papers-state-usable = Taken
papers-state-unscanned = Taken (not scanned)
papers-state-refused = Not taken
papers-state-looking = Being checked
papers-dismiss = Hide this
papers-remove = Remove
papers-remove-text = “{ $name }” will be removed for good. Should it be needed, send it again.
papers-done-added = Your papers were taken.
papers-done-removed = The paper was removed.
papers-kind-identity = Identity
papers-kind-guardianship = Guardianship
papers-kind-diagnosis = Diagnosis and medical records
papers-kind-bills = Bills
papers-kind-income = Income and means
papers-kind-other = Other
error-file-refused = { $why ->
    [too-large] This file is larger than 10 MB. Please scan it less finely, or send it in parts
    [too-many] There are 30 files already, and no more can be sent. Please remove one first
    [full] All files together may have 200 MB. Please remove one first, or send a smaller one
    [empty] This file is empty; please choose it again
    [ending] Only PDF, JPG, PNG, HEIC, docx and xlsx files are taken
    [mismatch] What is in this file is not what its name says. Please save it anew with the program it comes from
    [damaged] This file does not open; it may be damaged. Please try another
    [locked] There is a password on this file. Please take it off and send it again
    [script] This file has a script or an action that runs by itself. Please print it to a plain PDF
    [launch] This file opens a program or another file. Please print it to a plain PDF
    [attachment] Other files, sound or film are inside this file. Please send them by themselves, and the text as a plain PDF
    [form] This file has a form or a control that sends or runs something. Please print it to a plain PDF
    [macros] This file has macros. Please save it without them, or as PDF
    [external] This file fetches something from elsewhere. Please remove its external links, or save it as PDF
    [object] An object of another program is embedded in this file. Please remove it, or save the file as PDF
    [two-in-one] Something else stands before or behind this file. Please save it anew with the program it comes from
    [pixels] This picture has more than 50 million pixels. Please make it smaller
    [unpacks] This file unpacks to far too much. Please save it as PDF
    [pages] This PDF has more than 200 pages. Please send it in parts
    [hidden] Part of this file cannot be looked into. Please print or scan it to a plain PDF
    [harmful] The virus scanner recognised something harmful in this file, so it was not kept. Please check your device, and try another file
    [unscanned] Files cannot be checked for viruses just now, so this one was not kept. Please try again in a few minutes
    [broken-off] Sending it broke off; please send it again
   *[other] This file cannot be taken
 }
