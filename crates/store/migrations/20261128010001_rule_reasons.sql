-- Staff change the rules of the museum on a page: every version says why it was made.
alter table activity_policy add column reason text
  constraint activity_policy_reason check (char_length(reason) between 1 and 300);
