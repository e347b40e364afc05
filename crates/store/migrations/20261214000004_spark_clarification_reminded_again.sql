-- Who was given more time is reminded of the new day, once for each time it was given (spark_case_reminder.about).
alter table spark_clarification add column extension uuid; -- the last time more time was given
alter table spark_clarification add column extended_on date; -- and the day, of Shandong
alter table spark_clarification add constraint spark_clarification_extension
  check ((extension is null) = (extended_on is null));
grant update (extension, extended_on) on spark_clarification to cb_app;
