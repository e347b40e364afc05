-- What an officer who read a paper says of it (domain::spark::papers::Verdict): the last word of each, gone with its paper.
create table spark_paper_check (
  paper_id     uuid primary key references spark_paper on delete cascade,
  verdict      text not null constraint spark_paper_check_verdict check (verdict in ('fine', 'unreadable')),
  note_sealed  bytea, -- what cannot be read on it, under the case's key
  checked_by   uuid not null,
  checked_at   timestamptz not null,
  constraint spark_paper_check_note check ((verdict = 'unreadable') = (note_sealed is not null))
);
grant select, insert on spark_paper_check to cb_app;
grant update (verdict, note_sealed, checked_by, checked_at) on spark_paper_check to cb_app;
