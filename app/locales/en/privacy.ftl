# The privacy notice and the accessibility statement.
privacy-title = Privacy notice
privacy-lead = We collect only what your request needs, and delete it when its time is over.
privacy-how-title = How we protect it
privacy-how-text = Names, telephone numbers and e-mail addresses are stored encrypted. Staff see numbers with their middle digits hidden; whoever needs a full number has to give a reason, and it is recorded. This site uses no third-party statistics and no advertising.
privacy-rights-title = What you can do
privacy-rights-text = You can cancel a booking at any time. After cancelling, or after the visit, the data is deleted on the dates above; only counts without personal data remain.
accessibility-title = Accessibility
accessibility-lead = Everybody should be able to do what they came for, whatever their device and whatever their way of using it.
accessibility-what-title = How you can use the site
accessibility-keyboard = Everything works with a keyboard; the Tab key offers to skip to the content.
accessibility-zoom = Text can be enlarged to 200 % without losing any. “Larger text” at the top gives larger text and buttons.
accessibility-colour = Light and dark pages both meet the contrast requirements; colour never speaks alone.
accessibility-script = Sessions can be seen and booked without JavaScript.
accessibility-standard-title = The standard behind it
accessibility-standard = Pages follow the Web Content Accessibility Guidelines (WCAG) 2.2, level AA, and are checked with tools before each release.
accessibility-tell-title = If something does not work
accessibility-tell = Please tell us, on site or by the telephone number published here, which page it was and what happened; staff can also book for you.
