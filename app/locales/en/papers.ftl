papers-title = Documents
papers-lead = Upload proof of identity, illness, costs and family finances. Once the application has been submitted, the documents can no longer be changed.
papers-row = Scans or photos of certificates, records and bills. Upload or remove them at any time before you submit
papers-there = Uploaded documents
papers-none = No documents yet
papers-none-text = Choose the type of document and the file above, one at a time or several at once.
papers-send = Upload documents
papers-send-wait = Uploading and checking may take a moment; please keep this page open. You will come back here, with the result shown beside each file.
papers-kind = Type of document
papers-file = File
papers-file-hint = PDF, JPG, PNG or HEIC, or docx and xlsx without macros; up to { $largest } MB each, { $once } files at a time
papers-used = { $files } of { $most } files; about { $used } of { $total } MB
papers-count = { $n ->
    [one] 1 file uploaded
   *[other] { $n } files uploaded
}
papers-count-none = Nothing uploaded yet
papers-go = Upload or remove
papers-answer = Back to the question
papers-allowed = Which files can I upload?
papers-allowed-1 = Scans or phone photos in which text and stamps are legible. Photos are saved again without details such as where they were taken.
papers-allowed-2 = Please remove any password before uploading.
papers-allowed-3 = Files with attachments, scripts, macros, external links or embedded objects are not accepted; print them or save them as a plain PDF first.
papers-allowed-4 = Every file is scanned for viruses and stored encrypted; only you and the people handling the application can open it, and each time is recorded.
papers-unscanned-title = No virus scan
papers-unscanned = This is a demonstration without a virus scanner: files are not checked and can only be used here. Please do not upload real documents.
papers-sent = The application has been submitted: documents can no longer be added or removed. If anything is missing, we will contact you.
papers-asked = Please add the documents we asked for. Those already submitted are kept and cannot be removed. When you are done, answer our question on the page of your application.
papers-appeal = Please add the new documents that go with your appeal. Those already submitted are kept and cannot be removed. Once the committee prepares its meeting, no more can be added.
papers-appeal-back = Back to your appeal
papers-of-appeal = With the appeal
papers-pages = { $n ->
    [one] 1 page
   *[other] { $n } pages
 }
papers-state-usable = Accepted
papers-state-unscanned = Accepted (not scanned)
papers-state-refused = Not accepted
papers-state-looking = Being checked
papers-dismiss = Got it, hide this
papers-remove = Remove
papers-remove-text = “{ $name }” will be removed for good. You can upload it again if needed.
papers-done-added = Your documents have been accepted.
papers-done-removed = The document has been removed.
papers-kind-identity = Proof of identity
papers-kind-guardianship = Proof of guardianship
papers-kind-diagnosis = Diagnosis and medical records
papers-kind-bills = Bills and receipts
papers-kind-income = Income and family finances
papers-kind-other = Other
error-file-refused = { $why ->
    [too-large] This file is larger than 10 MB. Scan at a lower resolution or split it into several files
    [too-many] You already have 30 files, which is the limit. Please remove one first
    [full] All files together may not exceed 200 MB. Remove one first, or upload a smaller file
    [empty] This file is empty. Please choose it again
    [ending] Only PDF, JPG, PNG, HEIC, docx and xlsx files are accepted
    [mismatch] The content of this file does not match its extension. Save it again in the program it came from
    [damaged] This file cannot be opened and may be damaged. Please try another
    [locked] This file is password-protected. Remove the password and upload it again
    [script] This file contains a script or an action that runs by itself. Print it to a plain PDF first
    [launch] This file opens other programs or files. Print it to a plain PDF first
    [attachment] This file contains attachments, audio or video. Upload attachments separately, and the text as a plain PDF
    [form] This file contains a form or control that submits or runs something. Print it to a plain PDF first
    [macros] This file contains macros. Save it without macros, or as a PDF
    [external] This file loads content from elsewhere. Remove external links, or save it as a PDF
    [object] This file contains an embedded object from another program. Remove it, or save the file as a PDF
    [two-in-one] Something else is attached before or after this file. Save it again in the program it came from
    [pixels] This picture has more than 50 million pixels. Please make it smaller
    [unpacks] This file is far too large when unpacked. Save it as a PDF first
    [pages] This PDF has more than 200 pages. Split it into several files
    [hidden] Part of this file cannot be checked. Print or scan it to a plain PDF first
    [harmful] The virus scan found something harmful in this file, so it was not saved. Check your device, or try another file
    [unscanned] Files cannot be scanned for viruses at the moment, so this one was not saved. Please try again in a few minutes
    [broken-off] The upload was interrupted. Please upload it again
   *[other] This file cannot be accepted
 }
