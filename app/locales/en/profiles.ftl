staff-group-oversight = Reviewers and rubric
profiles-title = Officers, reviewers and committee
profiles-area = What they know, where they work, when they are away
profiles-lead = Everybody a case can be given to. Of whom nothing is known stands first: a conflict of interest could not be seen.
profiles-missing = { $n ->
    [one] One person has no profile and can be asked about no case.
   *[other] { $n } people have no profile and can be asked about no case.
}
profiles-none = Nobody looks after cases or judges them yet
profiles-none-text = Whoever looks after accounts gives the roles.
profiles-done-kept = Kept.
profiles-done-declared = The conflict is declared. The case is not there for them any more.
profiles-name = Name
profiles-roles = Roles
profiles-specialities = Specialities
profiles-specialities-hint = What they know of. A part of a speciality is covered by the whole.
profiles-hospital = Hospital
profiles-hospital-hint = Where they work, with its full name. They judge no patient who is treated there.
profiles-load = To do
profiles-reviews = { $n ->
    [one] 1 review
   *[other] { $n } reviews
}
profiles-cases = { $n ->
    [one] 1 case
   *[other] { $n } cases
}
profiles-free = Nothing
profiles-nothing = None yet
profiles-unknown = No profile
profiles-here = Here
profiles-absence = Absence
profiles-absence-hint = On these days nobody gives them a case to look after or to judge. Leave both empty for none.
profiles-away-first = First day away
profiles-away-last = Last day away (empty: until further notice)
profiles-away-box = Takes no new cases for the time being
profiles-away-hint = Whatever the days say. Untick it when they do again.
profiles-away-open = Takes no new cases
profiles-away-days = Away { $from } to { $until }
profiles-away-from = Away from { $from }
profiles-last-review = Last review
profiles-kept-at = Profile kept
profiles-ties = Ties to others
profiles-ties-none = Nothing is known
profiles-ties-known = { $n ->
    [one] 1 tie known
   *[other] { $n } ties known
}
profiles-ties-text = Typed once, and shown to nobody afterwards: only whether something is the same as in a case can be told.
profiles-ties-anew = Ties anew
profiles-ties-anew-text = What is known cannot be shown. Fill this in only to put it all in the place of what was typed before; their own document has to be among it.
profiles-person-kind = Kind of their own document
profiles-person = Number of their own identity document
profiles-person-hint = Nobody judges oneself or one's family
profiles-kin = Identity documents of relatives
profiles-kin-hint = One a line: spouse, parents, children, brothers and sisters
profiles-phones = Telephone numbers
profiles-addresses = Where they live
profiles-lines-hint = One a line
profiles-employers = Other hospitals they work at
profiles-employers-hint = One a line, with its full name. A site in brackets counts as the hospital.
profiles-keep = Keep
profiles-back = Back to the list
profiles-back-one = Back
profiles-stale = Somebody else changed this meanwhile. Look at it again, then keep it.
profiles-conflict = Declare a conflict of interest
profiles-conflict-text = Something that nobody could compute: they know the family, or somebody says so.
profiles-conflict-do = Declare a conflict
profiles-conflict-of = { $name } has a conflict with a case
profiles-conflict-stays = This cannot be taken back: the case is not there for them any more, and what they said of it no longer counts.
profiles-conflict-case = Number of the case
profiles-conflict-case-hint = Eight letters and digits, for example K7M4-Q2XR
profiles-conflict-reason = Why
profiles-conflict-reason-hint = Kept with the case, and gone with it
profiles-conflict-unknown = There is no case of this number.
speciality-03 = Internal medicine
speciality-03-03 = Neurology
speciality-03-05 = Haematology
speciality-03-06 = Nephrology
speciality-03-07 = Endocrinology
speciality-03-08 = Immunology
speciality-04 = Surgery
speciality-05 = Gynaecology and obstetrics
speciality-05-05 = Reproductive health and infertility
speciality-07 = Paediatrics
speciality-07-01 = Neonatology
speciality-07-07 = Paediatric haematology
speciality-07-08 = Paediatric neurology
speciality-07-09 = Paediatric endocrinology
speciality-07-10 = Paediatric genetics
speciality-07-11 = Paediatric immunology
speciality-19 = Oncology
