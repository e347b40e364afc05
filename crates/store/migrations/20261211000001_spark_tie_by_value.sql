-- Which cases somebody is tied to is asked with each list of an officer's work.
create index spark_case_tie_by_value on spark_case_tie (value_index);
