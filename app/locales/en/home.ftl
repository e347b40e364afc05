# The portal's front page.
home-kicker = A small flame, kept safely and passed on
home-title = Shandong Cord Blood Bank
home-lead = In preparation since { $since }, licensed by the national health authority in { $licensed }: one of { $banks } licensed cord blood banks in China and the only one in Shandong Province.
home-doors-title = Start here
home-soon = In preparation
home-soon-text = These services are not open yet; their entrances will appear here.
home-museum-text = The only museum in Shandong about blood-forming stem cells, free since it opened. Individuals and families book online; no account is needed.
home-museum-action = See sessions and book
home-bus-title = Science bus
home-bus-text = Brings exhibits and guides to schools, neighbourhoods and squares. Schools and communities ask for it online, free of charge.
home-events-title = Events
home-events-text = Maternity Day on 16 June, Family Day on 28 July, World Cord Blood Day and the prenatal lecture series, in many cities of the province. Free of charge; register online.
home-spark-title = Spark Project
home-spark-text = Aid for families of patients with refractory disease, rare disease or infertility, together with the provincial Red Cross, the medical association and others. Begin with the quick check.
home-family-title = Family services
home-family-text = For families with a stored unit: its state, and what can be arranged online.
home-coming-title = Coming up
home-coming-museum = Jinan · free visits for individuals and families
home-coming-places = { $count ->
    [one] At most { $count } place left in a session
   *[other] Up to { $count } places left in a session
}
home-facts-title = Who we are, in figures
home-facts-note = Figures as publicly reported, each with its year.
fact-year = as of { $year }
fact-units-stored = cord blood units in store
fact-units-provided = units provided for clinical use
fact-hospitals = collecting hospitals
fact-searches = HLA searches answered
fact-tests = tests of every unit
fact-preparation-steps = steps of preparing a unit
fact-release-steps = steps before a unit is released
fact-alleles = new HLA alleles found and registered
fact-museum-visitors = museum visitors so far
fact-families = families helped by the Spark Project
fact-raised = yuan raised for the Spark Project
