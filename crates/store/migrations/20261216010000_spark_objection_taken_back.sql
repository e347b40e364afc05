-- Whether the case of an objection that was upheld goes back to the committee: where what was noticed is over by then, it does
-- not, and the objector is told so. Nothing where an older server answered.
alter table spark_objection
  add column taken_back boolean constraint spark_objection_taken_back check (taken_back is null or outcome = 'upheld');
grant update (taken_back) on spark_objection to cb_app;
