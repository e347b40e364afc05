staff-group-oversight = Reviewers and rubric
profiles-title = Officers, reviewers and committee members
profiles-area = Specialities, employers and absences
profiles-lead = Everyone who can handle or review applications. Those without a profile come first: their conflicts of interest cannot be detected.
profiles-missing = { $n ->
    [one] One person has no profile: conflicts of interest cannot be detected, and they cannot be asked to review or vote.
   *[other] { $n } people have no profile: conflicts of interest cannot be detected, and they cannot be asked to review or vote.
}
profiles-none = No officers or reviewers yet
profiles-none-text = An account administrator assigns the roles.
profiles-done-kept = Saved.
profiles-done-declared = The conflict has been recorded. They can no longer see the application.
profiles-name = Name
profiles-roles = Roles
profiles-specialities = Specialities
profiles-specialities-hint = Fields they know. Choosing a broad field includes those below it.
profiles-hospital = Employer
profiles-hospital-hint = Full name of the hospital. They do not review patients treated there.
profiles-load = Open work
profiles-reviews = { $n ->
    [one] 1 review
   *[other] { $n } reviews
}
profiles-cases = { $n ->
    [one] 1 case
   *[other] { $n } cases
}
profiles-free = None
profiles-nothing = None yet
profiles-unknown = No profile
profiles-here = Available
profiles-absence = Absence
profiles-absence-hint = Nothing is assigned to them on these days. Leave both empty if there is no absence.
profiles-away-first = First day away
profiles-away-last = Last day away (leave empty until further notice)
profiles-away-box = Not taking new applications for now
profiles-away-hint = Regardless of the dates above. Untick once they are available again.
profiles-away-open = Not taking new applications
profiles-away-days = Away { $from } to { $until }
profiles-away-from = Away from { $from }
profiles-last-review = Last review
profiles-kept-at = Profile updated
profiles-ties = Relatives and affiliations
profiles-ties-none = Not recorded yet
profiles-ties-known = { $n ->
    [one] 1 tie known
   *[other] { $n } ties known
}
profiles-ties-text = Entered once and never shown to anyone again; used only to check whether something matches an application.
profiles-ties-anew = Record relatives and affiliations again
profiles-ties-anew-text = What has been recorded is not shown. Fill this in only to replace all of it; their own document must be included.
profiles-person-kind = Type of their own document
profiles-person = Their own document number
profiles-person-hint = So that they are not assigned their own or their relatives’ applications
profiles-kin = Document numbers of relatives
profiles-kin-hint = One per line: spouse, parents, children, siblings
profiles-phones = Phone numbers
profiles-addresses = Home addresses
profiles-lines-hint = One per line
profiles-employers = Other hospitals they work for
profiles-employers-hint = One per line, full name. A campus in brackets counts as the same hospital.
profiles-keep = Save
profiles-back = Back to the list
profiles-back-one = Back
profiles-stale = Someone else has just changed this profile. Please check before saving.
profiles-conflict = Record a conflict of interest
profiles-conflict-text = For what the system cannot detect: they know the family, or someone has reported it.
profiles-conflict-do = Record conflict
profiles-conflict-of = { $name } has a conflict with an application
profiles-conflict-stays = This cannot be undone: they will no longer see the application, and any opinion they gave no longer counts.
profiles-conflict-case = Application reference
profiles-conflict-case-hint = 8 letters and digits, for example K7M4-Q2XR
profiles-conflict-reason = Reason
profiles-conflict-reason-hint = Kept with the application and destroyed with it
profiles-conflict-unknown = There is no application with this reference.
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
