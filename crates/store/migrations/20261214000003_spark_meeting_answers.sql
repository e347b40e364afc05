-- What a family answered to a question is evidence of a meeting's pack, like its papers and its reviews.
alter table spark_meeting_evidence drop constraint spark_meeting_evidence_kind;
alter table spark_meeting_evidence add constraint spark_meeting_evidence_kind check (kind in ('document', 'review', 'answer'));
