-- Letters (函件) to the families of cases (domain::spark::letter): one for each change of a case that is told in writing, written
-- with it. What is told, and the PDF that is drawn of it, lie under the case's key; that there was a letter, of which text and
-- with which hash, stays, so that a copy can still be held against it.
create table spark_letter (
  id              uuid primary key, -- what is sealed is bound to it
  case_id         uuid not null references spark_case,
  version         integer not null, -- of the case, that the change made
  nth             smallint not null constraint spark_letter_nth check (nth between 1 and 9999), -- of the case's letters
  kind            text not null constraint spark_letter_kind
                    check (kind in ('granted', 'partial', 'refused', 'ineligible', 'deferred', 'recalled', 'appeal_decided',
                                    'agreement', 'lapsed', 'clawback', 'closed')),
  template        smallint not null constraint spark_letter_template check (template > 0), -- the version of the texts
  locale          text not null constraint spark_letter_locale check (locale in ('zh-CN', 'en')),
  content_sealed  bytea, -- none once the case is forgotten
  pdf_sealed      bytea, -- none until it is drawn, and once the case is forgotten
  pdf_digest      bytea constraint spark_letter_digest check (octet_length(pdf_digest) = 32), -- SHA-256 of the PDF
  issued_on       date not null, -- of Shandong
  issued_at       timestamptz not null,
  drawn_at        timestamptz,
  constraint spark_letter_once unique (case_id, version),
  constraint spark_letter_numbered unique (case_id, nth),
  constraint spark_letter_of_change foreign key (case_id, version) references spark_case_event (case_id, version),
  constraint spark_letter_drawn check ((pdf_digest is null) = (drawn_at is null) and (pdf_sealed is null or pdf_digest is not null))
);

-- A letter is never another one: it is drawn once, and only the end of its case's key takes what is sealed in it.
create function spark_letter_stays() returns trigger language plpgsql as $$
declare
  forgotten boolean := exists (select from spark_case_key k where k.case_id = old.case_id and k.key_sealed is null);
begin
  if tg_op = 'DELETE'
     or (new.id, new.case_id, new.version, new.nth, new.kind, new.template, new.locale, new.issued_on, new.issued_at)
        is distinct from
        (old.id, old.case_id, old.version, old.nth, old.kind, old.template, old.locale, old.issued_on, old.issued_at)
     or (new.content_sealed is distinct from old.content_sealed and not (forgotten and new.content_sealed is null))
     or (old.pdf_digest is not null and (new.pdf_digest, new.drawn_at) is distinct from (old.pdf_digest, old.drawn_at))
     or (old.pdf_digest is not null and new.pdf_sealed is distinct from old.pdf_sealed
         and not (forgotten and new.pdf_sealed is null)) then
    raise exception 'a letter stays as it is' using errcode = '23514', constraint = 'spark_letter_stays';
  end if;
  return new;
end $$;
create trigger spark_letter_stays before update or delete on spark_letter
  for each row execute function spark_letter_stays();

grant select, insert on spark_letter to cb_app;
grant update (content_sealed, pdf_sealed, pdf_digest, drawn_at) on spark_letter to cb_app;
