-- What the house doubts by itself, since a value that was noted is too low, nobody opened. But whoever noted the value is no other than
-- its cause, and does not close the doubt of it: this says who that was, as an account and as the laboratory names people.

alter table custody_deviation
  add column noted_by uuid,
  add column noted_operator uuid references custody_operator,
  add column noted_with uuid references custody_operator,
  add constraint custody_deviation_noted check (closed_by <> noted_by);
create index custody_deviation_of_noter on custody_deviation (noted_operator) where noted_operator is not null;
create index custody_deviation_of_noter_with on custody_deviation (noted_with) where noted_with is not null;
