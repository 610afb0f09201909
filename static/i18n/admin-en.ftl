# Texts of the administration's page. It uses those of the mail client as well; the build puts together what it needs.

admin-loading = Loading the administration…
admin-noscript = The administration's page needs JavaScript.

## Frame
adm-nav = Navigation
adm-nav-rules = Rules
adm-nav-who = Who and what
adm-nav-all = Setup
adm-skip = Skip to content
adm-place-overview = Overview
adm-place-account = My account
adm-place-system = System
adm-org = Organisation
adm-org-none = Choose an organisation
adm-org-find = Find an organisation…
adm-org-name = Name or identifier
adm-org-open = Open
adm-org-unknown = No organisation of that name.
adm-org-several = { $n } organisations fit. Type more of the name, or its identifier.
adm-no-org = This organisation is not there
adm-no-org-text = You have no role in an organisation of this name.
adm-no-org-operator = Choose an organisation above, or make one.
adm-no-place = There is no such page
adm-no-place-text = The address may be mistyped, or your role does not include this page.
adm-me = My account and appearance
adm-look = Appearance
adm-language = Language
adm-sign-out = Sign out
adm-gone = The server does not answer. What you see may be out of date; nothing you change now arrives.
adm-again = Try again
adm-reading-only = You can look, not change: that needs a second factor.
adm-enrol-now = Set it up
adm-role-owner = Owner
adm-role-writer = Writer
adm-role-reader = Reader
adm-role-operator = Operator
adm-role-operator-text = Over all customers and organisations

## Signing in
adm-gate-title = Waxseal administration
adm-gate-text = For those who look after mailboxes, certificates and rules.
adm-gate-ended = Your session has ended. Sign in again to go on where you were.
adm-gate-name = Sign-in name
adm-gate-foot = Sign in with your mailbox's password. Every change is written down with your name.
adm-gate-other = Sign in as somebody else
adm-code-wrong = This code is wrong or was used already. Codes change every 30 seconds.
adm-code-hint = Six digits from your authenticator app, or one of your recovery codes.
adm-password-wrong = The password is wrong.
adm-enrol-title = Set up your second factor
adm-enrol-why = Whoever may change something here signs in with a code as well. Enter your password to begin.
adm-enrol-app = Open an authenticator app on your phone, or your password manager.
adm-enrol-scan = Scan this picture with it.
adm-enrol-by-hand = Or enter this key by hand:
adm-enrol-secret = Key
adm-enrol-code = Enter the code it shows.
adm-enrol-later = Not now: only look
adm-enrol-codes-title = Your recovery codes
adm-enrol-codes = Each of these lets you in once when you do not have your phone. They are shown only now.
adm-enrol-kept = I saved them
adm-enrol-done = Go on
adm-step-up-title = Your code, please
adm-step-up-text = This act wants a fresh code. It is asked for once in ten minutes.
adm-step-up-yes = Go on
adm-step-up-left = Nothing was changed: the act wanted a code.
err-step-up = This act wants a fresh code.
err-second-factor = Changing something needs a second factor.
adm-err-conflict = Somebody else changed this meanwhile.

## Small things
adm-copy = Copy { $what }
adm-copy-all = Copy
adm-copied = Copied.
adm-copy-failed = The browser does not allow copying. Please mark the text and copy it by hand.
adm-more = Details
adm-optional = (optional)
adm-field-missing = This is needed.
adm-value-none = none
adm-value-yes = yes
adm-value-no = no
adm-table-all = Choose all
adm-table-none = Choose none
adm-table-choose = Choose { $what }
adm-table-bulk = What to do with what is chosen
adm-table-chosen = { $n } chosen
adm-table-all-found = Choose all { $n }
adm-chart-table = As a table
adm-chart-day = Day

## Two at once
adm-conflict-title = Changed by somebody else meanwhile
adm-conflict-text = { $who } changed this on { $when }, after you opened it. Choose for each what shall stand.
adm-conflict-unknown = What exactly was changed is not known any more. Writing puts your values over the others.
adm-conflict-apart = What you changed and what they changed are different things: both can stand.
adm-conflict-field = What
adm-conflict-before = Before
adm-conflict-theirs = Theirs
adm-conflict-mine = Yours
adm-conflict-same = the same
adm-conflict-untouched = not changed by you
adm-conflict-leave = Change nothing
adm-conflict-write = Write this

## Overview
adm-begin-title = This organisation is empty
adm-begin-domain = First comes a domain: claim one and prove by DNS that it is yours.
adm-begin-accounts = Its domain is there. Add the mailboxes that Waxseal shall look after.
adm-mailbox-add = Add a mailbox
adm-domain-claim = Claim a domain
adm-warnings = { $n ->
    [one] One thing needs you
   *[other] { $n } things need you
  }
adm-warn-go = Go to { $place }
adm-n-accounts = { $n ->
    [one] mailbox
   *[other] mailboxes
  }
adm-n-active = { $n ->
    [one] of them in use
   *[other] of them in use
  }
adm-n-domains = { $n ->
    [one] domain
   *[other] domains
  }
adm-n-rules = { $n ->
    [one] rule
   *[other] rules
  }
adm-n-valid = valid
adm-n-expiring = { $n ->
    [one] expires within 30 days
   *[other] expire within 30 days
  }
adm-n-expired = expired
adm-n-without = { $n ->
    [one] mailbox without one
   *[other] mailboxes without one
  }
adm-place-licences = Licences
adm-place-certificates = Certificates
adm-licence-used = { $used } of { $quota } used
adm-licence-used-unlimited = { $used } used, without a limit
adm-licence-free = { $n ->
    [one] one free
   *[other] { $n } free
  }
adm-licence-pending = { $n ->
    [one] one being given back
   *[other] { $n } being given back
  }
adm-licence-until = contract until { $date }
adm-licence-ended = contract ended { $date }
adm-licence-lapsed = the contract is over
adm-mail-chart = Mail of the last 30 days
adm-mail-unit = messages a day
adm-mail-none = No mail was decided on yet
adm-mail-none-text = As soon as rules apply to mail of this organisation, each day is counted here.
adm-mail-signed = signed
adm-mail-encrypted = encrypted
adm-mail-decrypted = decrypted
adm-mail-validated = checked
adm-mail-skipped = left as it was
adm-mail-refused = refused
adm-mail-deferred = deferred

## My account
adm-factor-text = Whoever may change something signs in with a code from an app besides the password.
adm-factor-since = On since
adm-factor-left = Recovery codes left
adm-my-roles = What I may do
adm-sessions = Where I am signed in
adm-session-unknown = Unknown browser
adm-session-where = { $address }, last used { $when }
adm-session-this = here
adm-session-end = Sign out there
adm-session-end-text = { $where } has to sign in again. What is typed there and not saved is lost.
adm-session-ended = Signed out there.

## Mailboxes
adm-place-mailboxes = Mailboxes
adm-loading = Loading…
adm-mailboxes-count = { $n ->
    [one] One mailbox
   *[other] { $n } mailboxes
  }
adm-mailboxes-found = { $n ->
    [one] One mailbox found
   *[other] { $n } mailboxes found
  }
adm-mailboxes-none = No mailboxes yet
adm-found-none = Nothing found
adm-found-none-text = No entry fits these words and filters.
adm-filter-clear = Clear filters
adm-search-mailboxes = Address or name
adm-mailbox = Mailbox
adm-rename-short = New address
adm-rename = { $what }: new address
adm-rename-text = Rename the mailbox at the mail server, too. Licence, roles, certificates and their keys go along at once; the person's preferences, contacts and key files at the next sign-in with the new address. Whoever is signed in with the old one is signed out. Certificates go on naming the old address: for the new one a new certificate is needed.
adm-rename-to = New address
adm-rename-keep = { $what } stays an address to send from
adm-rename-same = That is its address already.
adm-rename-yes = Rename
adm-renamed = The mailbox is { $what } now.
adm-err-conflict-to = There is something at that address already: a mailbox, its certificates, or a licence that has not run out.
adm-err-forbidden-to = That address is not in a domain of this organisation.
adm-err-forbidden-roles = This person administers more than this organisation. An operator has to rename the mailbox.
adm-err-conflict-request = A certificate request of this mailbox waits for its answer. Finish or remove it first.
adm-mailbox-edit = { $what }
adm-no-name = No name
adm-col-address = Address
adm-col-licence = Licence
adm-col-plan = Plan
adm-col-state = State
adm-member-name = Name
adm-member-plan = Plan
adm-member-state = State
adm-member-from = Further sender addresses
adm-member-outbound-per-hour = Messages an hour at most
adm-member-outbound-recipients = Recipients a message at most
adm-member-role = Role
adm-member-customer = Customer
adm-member-smime = S/MIME
adm-member-quota = Licences
adm-member-valid-from = Valid from
adm-member-valid-until = Valid until
adm-member-valid-until-hint = To the end of that day (UTC).
adm-member-disabled = Switched off
adm-member-organisation = Organisation
adm-member-since = Since
adm-member-until = Until
adm-member-proof = Proof
adm-member-token = Token
adm-member-deactivated = Taken back from
adm-member-activated = Given to
adm-member-domain = Domain
adm-member-address = Address
adm-member-added = Added
adm-member-changed = Changed
adm-member-removed = Removed
adm-member-scopes = Scopes
adm-member-expires = Expires
adm-from-hint = One a line. Mail may be sent from these, too.
adm-from-own = only its own
adm-limit-none = no limit of its own
adm-limit-ceiling = { $n } (the operator’s ceiling)
adm-limit-ceiling-hint = Empty: { $n }, the operator’s ceiling; never more.
adm-limit-above = At most { $n }: that is the operator’s ceiling.
adm-ceiling-per-hour = Ceiling: messages an hour
adm-ceiling-recipients = Ceiling: recipients a message
adm-ceiling-hint = Each mailbox sends at most that, whatever its own limit says. 0: nothing is sent.
adm-ceiling-configured = as configured
adm-ceiling-customer = as the customer’s
adm-plan-inherit = as the domain’s or customer’s
adm-plan-inherited = inherited
adm-plan-hint = Empty: the plan of the domain or customer.
adm-plan-text = The plan of these mailboxes. Empty: that of their domain or customer.
adm-plan-set = Set plan
adm-licence-active = active
adm-licence-inactive = none
adm-licence-revoke-pending = being given back
adm-licence-pending-until = decrypts until { $date }
adm-licence-pending-text = Until then mail is only decrypted, and the licence is counted. Activating it again takes no further one.
adm-state-active = in use
adm-state-suspended = suspended
adm-certificate-until = until { $date }
adm-certificate-ended = expired { $date }
adm-certificate-revoked = revoked
adm-certificate-former = former only
adm-col-certificate = Certificate
adm-certificate-none = none
adm-until = until { $date }
adm-since = since { $date }
adm-for-sign = For signing
adm-for-encrypt = For encrypting
adm-certificates-held = All kept
adm-certificates-of = Its certificates
adm-custody = Key held by
adm-custody-agent = the key agent
adm-custody-user = its owner’s browser
adm-custody-none = nobody here
adm-filter-state = Any state
adm-filter-state-active = In use
adm-filter-state-suspended = Suspended
adm-filter-licence = Any licence
adm-filter-licence-active = Licence active
adm-filter-licence-revoke-pending = Licence being given back
adm-filter-licence-inactive = No licence
adm-filter-certificate = Any certificate
adm-filter-certificate-valid = Certificate valid
adm-filter-certificate-expiring = Certificate expires soon
adm-filter-certificate-expired = Certificate expired
adm-filter-certificate-revoked = Certificate revoked
adm-filter-certificate-former = Former certificates only
adm-filter-certificate-none = No certificate
adm-filter-domain = Any domain
adm-act-activate = Give a licence
adm-act-deactivate = Take the licence back
adm-act-suspend = Suspend
adm-act-resume = Resume
adm-act-remove = Remove
adm-act-add = Add
adm-more-acts = More
adm-edit = Change
adm-save = Save
adm-saved = Saved.
adm-added = { $what } added.
adm-add-domains = Of one of these domains: { $domains }
adm-add-licence = Give it a licence at once
adm-add-no-seat = The mailbox was added, but no licence is free for it.
adm-address-wrong = That is no mail address.
adm-sure-type = To go on, type how many: { $n }
adm-sure-deactivate = { $n ->
    [one] From now on the organisation's rules sign and encrypt nothing for it. For 14 days its mail is still decrypted, and the licence is still counted; within them it can be given again at no cost.
   *[other] From now on the organisation's rules sign and encrypt nothing for these { $n }. For 14 days their mail is still decrypted, and the licences are still counted; within them they can be given again at no cost.
  }
adm-sure-suspend = { $n ->
    [one] Nobody signs in any more, and open sessions end. Mail keeps arriving.
   *[other] Nobody signs in to these { $n } any more, and open sessions end. Mail keeps arriving.
  }
adm-sure-remove = { $n ->
    [one] Waxseal no longer looks after it; the mail itself stays on the mail server. One with certificates is not removed.
   *[other] Waxseal no longer looks after these { $n }; the mail itself stays on the mail server. Those with certificates are not removed.
  }
adm-did-activate = { $what } has a licence.
adm-did-deactivate = The licence of { $what } is given back.
adm-did-suspend = { $what } is suspended.
adm-did-resume = { $what } is in use again.
adm-did-plan = The plan of { $what } is set.
adm-did-remove = { $what } is removed.
adm-bulk-activate = { $n ->
    [one] Give one mailbox a licence
   *[other] Give { $n } mailboxes a licence
  }
adm-bulk-deactivate = { $n ->
    [one] Take the licence back
   *[other] Take { $n } licences back
  }
adm-bulk-suspend = { $n ->
    [one] Suspend the mailbox
   *[other] Suspend { $n } mailboxes
  }
adm-bulk-resume = { $n ->
    [one] Resume the mailbox
   *[other] Resume { $n } mailboxes
  }
adm-bulk-plan = { $n ->
    [one] Set the plan of one mailbox
   *[other] Set the plan of { $n } mailboxes
  }
adm-bulk-remove = { $n ->
    [one] Remove the mailbox
   *[other] Remove { $n } mailboxes
  }
adm-bulk-runs = { $n } of { $total }
adm-bulk-stop = Stop
adm-bulk-stops = Stopping after this step
adm-bulk-sum = { $done } done, { $failed } not
adm-bulk-left = { $n ->
    [one] One was not reached.
   *[other] { $n } were not reached.
  }
adm-bulk-failed = What could not be done
adm-bulk-reason = Reason
adm-bulk-more = { $n ->
    [one] One more is in the file.
   *[other] { $n } more are in the file.
  }
adm-bulk-save = Save the whole result (CSV)
adm-bulk-all-done = { $n ->
    [one] Done.
   *[other] { $n } done.
  }
adm-err-conflict-licence = No licence is free.
adm-warn-mailboxes-expired = { $a ->
    [one] One mailbox has no certificate that holds: it has expired
   *[other] { $a } mailboxes have no certificate that holds: they have expired
  }
adm-warn-mailboxes-expiring = { $a ->
    [one] One mailbox’s certificate expires within 30 days
   *[other] { $a } mailboxes have certificates that expire within 30 days
  }
adm-warn-no-domain = No domain is attached yet
adm-warn-rules = { $a ->
    [one] One rule has a warning
   *[other] { $a } warnings about the rules
  }
adm-warn-disabled = The customer is switched off: no rule applies
adm-warn-not-begun = The contract has not begun yet
adm-warn-ended = The contract is over: no rule applies
adm-warn-ends = { $a ->
    [one] The contract ends in one day
   *[other] The contract ends in { $a } days
  }
adm-warn-over-quota = { $a ->
    [one] One licence more than the quota is in use
   *[other] { $a } licences more than the quota are in use
  }
adm-warn-no-seat-left = No licence is free
adm-warn-few-seats-left = { $a ->
    [one] Only one licence is free
   *[other] Only { $a } licences are free
  }

## Licences
adm-licences-text = Licences are the customer's and count over all its organisations.
adm-licence-meter = In use
adm-licence-who = Who has one
adm-licence-of-customer = active, over all organisations
adm-licence-pending-note = being given back: decrypt only, still counted
adm-licence-without = Mailboxes without one
adm-show = Show
adm-licence-forecast = Forecast
adm-licence-pace = Last 30 days
adm-licence-pace-of = { $n ->
    [one] one given
   *[other] { $n } given
  }
adm-licence-last = At this pace
adm-licence-last-none = what is free lasts
adm-licence-last-days = { $n ->
    [one] what is free lasts one more day
   *[other] what is free lasts { $n } more days
  }
adm-licence-contract = Contract
adm-licence-contract-of = { $from } to { $until }
adm-licence-contract-open = without an end
adm-licence-frees = Come back by themselves
adm-licence-frees-n = { $n ->
    [one] one licence
   *[other] { $n } licences
  }
adm-licence-frees-none = None is being given back
adm-licence-frees-none-text = A licence that is taken back decrypts for 14 more days and is free then.
adm-licence-all-activate = Give every mailbox a licence
adm-licence-all-deactivate = Take all back
adm-licence-none-active = No mailbox of this organisation has a licence.
adm-licence-all-text = { $n } mailboxes, { $free } free licences. Mailboxes get one by their address until none is left; which got none is listed.
adm-warn-ask-operator = The operator can change the contract.

## Audit
adm-place-audit = Audit
adm-audit-text = Every change: who, what, before and after. The newest 20,000 of the organisation are kept.
adm-audit-search = Words in names and values
adm-audit-kind = Any kind
adm-audit-from = From
adm-audit-until = Until
adm-audit-added = added
adm-audit-changed = changed
adm-audit-removed = removed
adm-audit-became = became
adm-audit-fields = { $n ->
    [one] One value
   *[other] { $n } values
  }
adm-audit-none = Nothing was changed yet
adm-audit-none-text = Each change of this organisation will stand here with the name of who made it.
adm-audit-end = That is all.
adm-system-audits = Audits
adm-system-audits-none = Nothing is left behind
adm-system-audits-none-text = Of an organisation that is removed, its audit stays here.
adm-audits-text = Who changed what in organisations that were removed. Nobody else sees it: a later organisation of the same id begins with an empty one.
adm-audits-entries = { $n ->
    [one] one entry
   *[other] { $n } entries
  }
adm-audits-ended = removed { $date }
adm-audit-of = Audit of { $what }
adm-audit-kept-text = Of all organisations that had this id. For operators alone.
adm-value-left-out = { $n } bytes
adm-kind-audit = Audit
adm-member-subject = Subject
adm-member-issuer = Issuer
adm-member-serial = Serial number
adm-member-addresses = Addresses
adm-member-usage = For
adm-member-custody = Key is kept by
adm-member-primary = Used first for
adm-member-seq = Number
adm-member-source = Source
adm-member-key = Key
adm-member-fingerprint = Fingerprint
adm-member-not-before = Valid from
adm-member-not-after = Valid until
adm-member-issuers = Authorities that came with it
adm-refresh = Look again
adm-kind-account = Mailbox
adm-kind-accounts = Mailboxes of
adm-kind-licence = Licence
adm-kind-certificate = Certificate
adm-kind-rules = Rules
adm-kind-domain = Domain
adm-kind-claim = Claim of a domain
adm-kind-role = Role
adm-kind-token = Token
adm-kind-organisation = Organisation
adm-kind-customer = Customer
adm-kind-plan = Plan
adm-kind-operator = Operator
adm-kind-authority = Authority
adm-kind-root = Trust root
adm-kind-licences = Licences of
adm-kind-issued = Issued certificate
adm-kind-request = Request for a certificate
adm-kind-registry = Registry
adm-kind-renamed = Renamed mailbox
adm-kind-branding = Branding

## People
adm-place-people = People and tokens
adm-people-text = Who may look after this organisation, and which programs may.
adm-people-owners = Only owners give and take roles and tokens.
adm-roles = People
adm-roles-none = Nobody has a role here
adm-roles-none-text = The operator looks after this organisation alone. Give somebody a role.
adm-role-add = Give a role
adm-role-give = Give somebody a role
adm-role-change = Role of { $who }
adm-role-take = Take the role
adm-role-take-of = Take the role of { $who }
adm-role-take-text = { $who } sees nothing of this organisation any more, from the next click on.
adm-role-take-own = { $who }, this is you: you see nothing of this organisation any more, and cannot undo it yourself.
adm-role-name-hint = As he or she signs in to mail.
adm-role-owner-text = Everything, roles and tokens too
adm-role-writer-text = Mailboxes, certificates, licences, rules
adm-role-reader-text = Looks, changes nothing
adm-tokens = Programs
adm-token = Token
adm-tokens-none = No program has a token
adm-tokens-none-text = A token lets a program of yours do by the API what you allow it here.
adm-token-new = New token
adm-token-text = Give it a name by which you know it in the audit, and no more than it needs.
adm-token-name = Name
adm-token-name-hint = For instance the program it is for.
adm-token-days = Good for
adm-days = { $n ->
    [one] one day
   *[other] { $n } days
  }
adm-token-make = Make it
adm-token-no-scope = It may do nothing yet: choose at least one area.
adm-token-made = The new token
adm-token-once = It is shown only now. Put it where the program finds it and nobody else does.
adm-token-use = Sent with each request as: Authorization: Bearer, and the token.
adm-token-kept = I have put it there
adm-token-revoke = Revoke
adm-token-revoke-text = { $what } can do nothing any more, from its next request on.
adm-token-used = Last used { $date }
adm-token-unused = Never used
adm-token-ended = expired { $date }
adm-scope-none = Nothing
adm-scope-read = Read
adm-scope-write = Read and change
adm-scope-accounts = Mailboxes
adm-scope-certificates = Certificates
adm-scope-licences = Licences
adm-scope-rules = Rules
adm-scope-log = Processed mail
adm-scope-audit = Audit
adm-scope-organisation = Organisation and domains

## Settings
adm-place-settings = Settings
adm-section-roots = Trusted authorities
adm-roots-text = What these authorities issued is believed by the mailboxes of this organisation, beside what is trusted on this server anyway: when mail is read, when certificates of recipients are chosen, and in rules.
adm-roots-none = No authority of your own
adm-roots-none-text = Add one when partners or your own company use certificates of an authority that is not publicly known.
adm-root-add = Trust an authority
adm-root-add-short = Add
adm-root-add-text = Everybody in this organisation will believe every certificate that this authority issues. Compare its fingerprint with what its owner tells you, by telephone for instance.
adm-root-add-yes = Trust it
adm-root-file = Certificate of the authority
adm-root-file-hint = PEM with one or several certificates, or DER. Authorities only, no SHA-1, RSA of 2048 bits or more; 50 at most.
adm-root-read-valid = Valid
adm-root-read-days = from { $from } until { $until }
adm-root-read-key = Key
adm-root-read-none = No certificate could be read in this file.
adm-err-root-file = That file holds no certificate, or something else beside it.
adm-err-root-ca = That certificate may not issue others: it is no authority's.
adm-err-root-key = Its RSA key has fewer than 2048 bits.
adm-err-root-algorithm = It is signed with SHA-1 or MD5, which can be forged.
adm-err-root-validity = It has expired, or is not valid yet.
adm-err-root-roots = An organisation may trust 50 authorities of its own.
adm-root-remove = Stop trusting
adm-root-remove-one = Stop trusting { $name }
adm-root-remove-text = What { $name } issued will be shown as not trusted, and nobody's mail is encrypted to it.
adm-root-until = until { $day }
adm-root-expired = expired
adm-root-early = not valid yet
adm-root-issued = your own authority, since { $day }
adm-root-uploaded = trusted since { $day }
adm-section-branding = Branding
adm-brand-own = What your people see
adm-brand-own-text = In the mail of this organisation's accounts. Where nothing is said here, the installation's branding is shown. The colours of verdicts and warnings never change.
adm-brand-all = The whole installation
adm-brand-all-text = Before sign-in, for accounts of no organisation, and wherever an organisation says nothing itself.
adm-brand-name = Product name
adm-brand-accent = Accent colour
adm-brand-accent-hint = # and six hexadecimal digits. Shades that can be read on light and on dark are made from it.
adm-brand-support = Link to your support
adm-brand-support-hint = https://… or mailto:… It stands in the account menu, and for the whole installation at sign-in.
adm-brand-logo = Logo
adm-brand-logo-hint = PNG or WebP, at most 64 KB and 512 by 512 pixels. It is shown on light and on dark.
adm-brand-logo-none = Remove the logo
adm-brand-inherited = (the installation's)
adm-brand-nothing = nothing said
adm-brand-change = Change the branding
adm-brand-change-short = Change
adm-brand-change-text = What you leave empty is taken from the installation's branding, or else the product's own.
adm-brand-save = Save
adm-brand-remove = Take back
adm-brand-remove-text = Name, colour, link and logo given here are forgotten.
adm-brand-look-light = Preview, light
adm-brand-look-dark = Preview, dark
adm-brand-sample = A chosen message
adm-brand-button = Button
adm-brand-link = a link
adm-err-brand-name = A name has 1 to 40 characters, none of them invisible.
adm-err-brand-accent = A colour is # and six hexadecimal digits, for instance #8c2f45.
adm-err-brand-support = Give a whole link: https:// and a host, or mailto: and an address.
adm-err-brand-logo = A logo is a PNG or WebP picture of at most 64 KB and 512 by 512 pixels.
adm-section-domains = Domains
adm-domain = Domain
adm-domain-claim-text = You will be shown a line for your DNS that proves the domain is yours.
adm-domain-claim-go = Go on
adm-domain-wrong = That is no domain, such as example.org.
adm-domain-attach = Attach without proof
adm-domain-attach-text = As operator you can attach a domain without asking the DNS.
adm-domain-attach-go = Attach
adm-domain-attached = { $domain } belongs to this organisation now.
adm-domain-on = attached
adm-domain-release = Give up
adm-domain-release-text = { $domain } belongs to nobody then, and others may claim it. This works only when it has no mailboxes.
adm-domain-not-yet = The DNS does not say it yet. New records take from minutes to an hour to be seen; look again then.
adm-domains-none = No domain yet
adm-proof-dns = Proved by DNS
adm-proof-operator = Attached by the operator
adm-claims = Waiting for proof
adm-claim-open = not proved yet
adm-claim-since = Claimed { $since }; the line is good until { $until }.
adm-claim-step-open = Open the DNS settings of this domain where you registered it.
adm-claim-step-add = Add this record:
adm-claim-type = Type
adm-claim-name = Name
adm-claim-value = Value
adm-claim-step-look = Then look whether it is seen.
adm-claim-look = Look in the DNS

## System
adm-system-text = For operators: over all customers and organisations.
adm-system-customers = Customers
adm-system-organisations = Organisations
adm-system-plans = Plans
adm-system-operators = Operators
adm-system-registry = Export and import
adm-system-customers-none = No customer yet
adm-system-customers-none-text = A customer has a contract and licences; organisations belong to one.
adm-system-organisations-none = No organisation yet
adm-system-organisations-none-text = First make a customer, then its organisation.
adm-system-plans-none = No plan yet
adm-system-plans-none-text = The configuration's default counts for everybody.
adm-system-operators-none = No operator
adm-system-operators-none-text = The command line makes the first one.
adm-customers-text = Who pays: contract, plan and licences for all its organisations.
adm-customer-new = New customer
adm-customer-disabled = Switched off: rules no longer apply, S/MIME is lapsed
adm-customer-off = switched off
adm-customer-quota = { $n ->
    [one] one licence
   *[other] { $n } licences
  }
adm-organisation-new = New organisation
adm-smime-enabled = S/MIME on
adm-smime-disabled = S/MIME off
adm-member-directory = Colleagues see of each other
adm-directory-off = nothing
adm-directory-certificates = certificates
adm-directory-names = names and certificates
adm-id = Identifier
adm-id-hint = It stays for ever: small letters, digits, - and _
adm-id-wrong = Only small letters, digits, - and _, at most 64.
adm-period-wrong = The end must lie after the beginning.
adm-plan-default = the configuration’s default
adm-plans-text = A plan here stands over the configuration's of the same name.
adm-plan-new = New plan
adm-plan-configured = in the configuration
adm-plan-registry = only here
adm-plan-as-configured = as configured
adm-plan-smime = with S/MIME
adm-plan-no-smime = without S/MIME
adm-operator-new = New operator
adm-operator-text = An operator may do everything in every organisation.
adm-edit-what = Change { $what }
adm-remove-what = Remove { $what }
adm-open-what = Open { $what }
adm-remove-text-customers = Only one without organisations is removed. Its contract and its licences are forgotten with it.
adm-remove-text-organisations = Rules, roles, tokens, branding and trusted authorities go with it. One that still has domains or certificates is not removed, nor one whose own authority issued something that has not ended: revoke that and remove the authority first, which signs a last list. Its audit and the log of its mail stay, for operators alone; the log until it is overwritten.
adm-remove-text-plans = What the registry says of the plan is forgotten. Whoever has it then has what the configuration says of it; where the configuration does not know it, S/MIME is off for all of them from their next click on.
adm-remove-text-operators = From the next click on, this person may do nothing here any more but what a role in an organisation allows.
adm-remove-text-audits = All entries of this audit are gone for good: who changed what in the organisation is kept nowhere else.
adm-export = Export
adm-export-text = One JSON document of the whole registry: plans, customers, organisations, domains, mailboxes, licences, rules with their lists, certificates and authorities, roles, tokens as hashes, branding. Not in it: passwords, mail, the audit, sessions and second factors.
adm-export-do = Save as a file
adm-export-keys = With sealed keys
adm-export-keys-sure = Export with sealed keys?
adm-export-keys-text = The document then also holds all private keys of the key agent, sealed with its master key. They are of no use without it; whoever has both can read everybody’s mail. Keep the document apart from the master key.
adm-import = Import
adm-import-about = Makes the registry what the document says. First you see what would change.
adm-import-choose = Choose a document…
adm-import-text = Nothing is changed yet: you are shown what would be.
adm-import-file = Document (JSON)
adm-import-look = Look what would change
adm-import-no-json = This file is no JSON document.
adm-import-same = The registry is already as the document says.
adm-import-sure = Import this?
adm-import-sure-text = What is not in the document is removed. All of it happens at once, or nothing.
adm-import-added = { $n } added
adm-import-changed = { $n } changed
adm-import-removed = { $n } removed
adm-import-list = What would change
adm-import-more = { $n ->
    [one] and one more
   *[other] and { $n } more
  }
adm-import-do = { $n ->
    [one] Make one change
   *[other] Make { $n } changes
  }
adm-import-done = Imported.
## Certificates
adm-cert = Certificate
adm-cert-count = { $n ->
    [one] One certificate
   *[other] { $n } certificates
  }
adm-cert-tab-list = List
adm-cert-tab-calendar = Year
adm-cert-tab-import = Many at once
adm-cert-calendar-text = When certificates in use end, over the next twelve months.
adm-cert-import-text = From a ZIP archive with a table: checked first, then registered row by row.
adm-cert-search = Search address, name, serial number, fingerprint
adm-cert-filter-status = Any state
adm-cert-filter-status-valid = Valid
adm-cert-filter-status-expiring = Expire within 30 days
adm-cert-filter-status-expired = Expired
adm-cert-filter-status-not-yet-valid = Not valid yet
adm-cert-filter-custody = Any key holder
adm-cert-filter-custody-agent = Key held here
adm-cert-filter-custody-user = Key with its owner
adm-cert-filter-custody-none = No key
adm-cert-filter-primary = In use or not
adm-cert-filter-primary-yes = In use
adm-cert-filter-primary-no = Not in use
adm-cert-filter-clear = Clear filters
adm-cert-of = Of { $what }
adm-cert-on-day = Ends on { $date }
adm-cert-found-none = No certificate fits
adm-cert-none = No certificates yet
adm-cert-none-text = Register those of your mailboxes, with or without their keys, and those of people outside whom you write to.
adm-cert-status-valid = Valid
adm-cert-status-expiring = Ends soon
adm-cert-status-expired = Expired
adm-cert-status-not-yet-valid = Not valid yet
adm-cert-status-revoked = Revoked
adm-cert-filter-status-revoked = Revoked
adm-cert-former = Renamed from
adm-cert-revoked = Revoked
adm-cert-use-sign = Signing
adm-cert-use-encrypt = Encrypting
adm-cert-use-both = Signing and encrypting
adm-cert-for = For
adm-cert-primary-sign = Signs
adm-cert-primary-encrypt = Encrypts
adm-cert-primary-both = Signs and encrypts
adm-cert-not-primary = Not in use
adm-cert-replaced = Replaced
adm-cert-address = Address
adm-cert-col-status = State
adm-cert-col-primary = In use for
adm-cert-col-custody = Key
adm-cert-ends = Ends
adm-cert-begins = Begins
adm-cert-issuer = Issuer
adm-cert-algorithm = Kind of key
adm-cert-serial = Serial number
adm-cert-addresses = Addresses in it
adm-cert-source = Registered
adm-cert-source-value = { $date } ({ $source })
adm-cert-source-upload = uploaded
adm-cert-source-issued = issued here
adm-cert-source-personal = from its owner's keyring
adm-cert-fingerprint = Fingerprint (SHA-256)
adm-cert-custody = Who holds the key
adm-cert-custody-agent = Held here
adm-cert-custody-agent-text = The key agent of this server has it sealed: for signing and decrypting in the mail flow, which this installation does not have yet. Until then its owner cannot read what is encrypted to it, so the web client of colleagues does not use it for that. Nobody can get the key out again, you included.
adm-cert-custody-user = With its owner
adm-cert-custody-user-text = Only the owner has the key, in a browser or mail program. This server encrypts to the certificate, but can neither sign nor decrypt with it.
adm-cert-custody-none = No key
adm-cert-custody-none-text = A certificate alone: to encrypt to this person, and to believe what he or she signs.
adm-cert-history = { $n ->
    [one] One more of this address
   *[other] { $n } more of this address
  }
adm-cert-history-line = { $from } to { $until }
adm-cert-look = Look
adm-cert-open = Look at { $what }
adm-cert-download = Certificate
adm-cert-add = Register a certificate
adm-cert-add-yes = Register
adm-cert-add-file = File: { $file }
adm-cert-added = { $n ->
    [one] Registered for { $what }
   *[other] { $n } certificates registered for { $what }
  }
adm-cert-address-hint = A mailbox of this organisation, or somebody outside. The certificate must name it.
adm-cert-address-wrong = An address looks like name@example.com.
adm-cert-file = File
adm-cert-file-hint = PKCS#12 (.p12, .pfx) with the key, or a certificate alone (.pem, .cer). You can also drop it on the page.
adm-cert-file-large = The file is larger than a certificate can be (256 KB).
adm-cert-passphrase = Passphrase of the file
adm-cert-passphrase-hint = It goes to the key agent with the file and is kept nowhere.
adm-cert-usage = Use it for
adm-cert-usage-auto = Whatever it can do
adm-cert-usage-hint = What the certificate itself allows is the most.
adm-cert-primary = Put it in use
adm-cert-primary-auto = Where none is in use yet
adm-cert-primary-no = Not now
adm-cert-primary-hint = Of each address one certificate signs and one is encrypted to. The others stay, to read older mail.
adm-cert-make-primary = Put in use
adm-cert-make-primary-text = From now on it is used for { $what }. The one in use so far stays registered: older mail is read with it.
adm-cert-make-primary-yes = Put in use
adm-cert-made-primary = In use from the next mail on
adm-cert-remove = Remove this certificate?
adm-cert-remove-act = Remove…
adm-cert-remove-yes = Remove
adm-cert-removed = Removed
adm-cert-remove-plain = Nothing is encrypted to it for { $what } any more. It can be registered again.
adm-cert-remove-shared = Its key stays, as another certificate of { $what } has the same one.
adm-cert-remove-key = The sealed key of { $what } goes with it, for good. What was encrypted to it cannot be read here any more. To keep older mail readable, leave it: it does no harm.
adm-cert-remove-primary = It is in use. No other one takes its place by itself.

## The year of certificates
adm-cal-day = { $n ->
    [one] { $date }: one certificate ends
   *[other] { $date }: { $n } certificates end
  }
adm-cal-month = { $n ->
    [0] { $month }: none end
    [one] { $month }: one ends
   *[other] { $month }: { $n } end
  }
adm-cal-more = … and { $n } more
adm-cal-show = Show in the list
adm-cal-choose = Choose a marked day to see whose certificates end on it.
adm-cal-none = Nothing in use yet
adm-cal-none-text = As soon as certificates are in use, you see here when they end.
adm-cal-sum = { $n ->
    [0] None of those in use ends in the next twelve months.
    [one] One of those in use ends in the next twelve months.
   *[other] { $n } of those in use end in the next twelve months.
  }
adm-cal-expired = { $n ->
    [one] One has ended already.
   *[other] { $n } have ended already.
  }
adm-cal-later = { $n ->
    [one] One ends later.
   *[other] { $n } end later.
  }
adm-cal-table = The same as a table
adm-cal-col-day = Day
adm-cal-col-count = Certificates

## Many mailboxes at once
adm-mbi-about = From a table: checked first, then added row by row.
adm-mbi-text = One row for each mailbox, up to 10,000; the first row names the columns, of which only address is needed. A plain list of addresses will do, too. licence is yes or no. Mailboxes that are there already stay as they are; if their row says yes, they get a licence.
adm-mbi-table = Table
adm-mbi-hint = Paste it from a spreadsheet, or open a file. With commas, semicolons or tabs.
adm-mbi-lines = { $n ->
    [one] One line.
   *[other] { $n } lines.
  }
adm-mbi-file = Open a file…
adm-mbi-large = The table is larger than 4 MB. Divide it.
adm-mbi-guessed = The file is not in UTF-8 and was read as Windows-1252. See whether letters with accents are right before you go on.
adm-mbi-do = Add
adm-mbi-do-n = { $n ->
    [one] Add one mailbox
   *[other] Add { $n } mailboxes
  }
adm-mbi-give-n = { $n ->
    [one] Give one licence
   *[other] Give { $n } licences
  }
adm-mbi-new = new
adm-mbi-checking = Checking: { $n } of { $of }
adm-mbi-doing = Adding: { $n } of { $of }
adm-mbi-leave-text = Rows that were begun are finished, the others are not tried. You can bring the same table again.
adm-mbi-cut = { $n ->
    [one] Cut off after one row. What the report shows is done; perhaps some rows behind it, too. Bring the same table again: what is there is passed over.
   *[other] Cut off after { $n } rows. What the report shows is done; perhaps some rows behind them, too. Bring the same table again: what is there is passed over.
  }
adm-mbi-stopped = It could not go on: { $why } What was done stays done. Bring the same table again later.
adm-mbi-could = can be added
adm-mbi-added = added
adm-mbi-already = there already
adm-mbi-refused = refused
adm-mbi-not-tried = not tried
adm-mbi-differs = there with other values
adm-mbi-could-licence = get a licence
adm-mbi-licences = got a licence
adm-mbi-missing = without the licence they ask for
adm-mbi-licence-could = gets one
adm-mbi-licence-given = given
adm-mbi-licence-there = has one
adm-mbi-licence-missing = none
adm-mbi-why-missing = The mailbox, but no licence: { $why }
adm-mbi-why-missing-already = No licence: { $why }
adm-mbi-why-differs = Stays as it is; the table says something else in: { $columns }
adm-mbi-head-unknown = The table has a column “{ $column }”, which is not known. Known are: { $columns }.
adm-mbi-head-twice = The table has the column “{ $column }” twice. Each is there once at most: { $columns }.
adm-mbi-head-address = The table needs the column address. Known are: { $columns }.
adm-mbi-to-list = To the list
adm-mbi-why-invalid-table = The row has more cells than there are columns.
adm-mbi-why-invalid-address = That is not an address: user@domain.
adm-mbi-why-not-found-address = Its domain does not belong to this organisation.
adm-mbi-why-conflict-row = An earlier row has this address already.
adm-mbi-why-invalid-licence = yes or no; nothing is no.
adm-mbi-why-invalid-from = Each further address is an address, and not its own.
adm-mbi-why-forbidden-from = One of these addresses is not in a domain of this organisation.
adm-mbi-why-forbidden-plan = The operator gives another plan than that of the contract.
adm-mbi-why-not-found-plan = There is no plan of this name.
adm-mbi-why-invalid-name = A name is one line of at most 200 characters.
adm-mbi-why-invalid-state = active or suspended.
adm-mbi-why-invalid-outbound-per-hour = A whole number, and no more than the operator allows.
adm-mbi-why-invalid-outbound-recipients = A whole number, and no more than the operator allows.

## Many certificates at once
adm-imp-text = Put a table (.csv) and the files it names into one ZIP archive: up to 5,000 rows and 64 MB. Only address and file are needed. A file is PKCS#12 with its passphrase, or a certificate alone.
adm-imp-example = Example of such a table
adm-imp-template = Empty table
adm-imp-choose = Choose an archive…
adm-imp-hint = Without a password of its own. Passphrases stand in it in the clear: delete it when you are done.
adm-imp-large = The archive is larger than 64 MB. Divide it.
adm-imp-check = Check
adm-imp-do = Register
adm-imp-do-n = { $n ->
    [one] Register one
   *[other] Register { $n }
  }
adm-imp-checking = Checking: { $n } of { $of }
adm-imp-doing = Registering: { $n } of { $of }
adm-imp-percent = { $n } percent
adm-imp-stop = Stop
adm-imp-leave = Stop and leave?
adm-imp-leave-text = The row at work is finished, the others are not tried. You can bring the same archive again.
adm-imp-leave-yes = Stop
adm-imp-cut = { $n ->
    [one] Cut off after one row. What the report shows is done; whether the next row is, the list says. Bring the same archive again: what is there is passed over.
   *[other] Cut off after { $n } rows. What the report shows is done; whether the next row is, the list says. Bring the same archive again: what is there is passed over.
  }
adm-imp-stopped = It could not go on: { $why } What was done stays done. Bring the same archive again later.
adm-imp-report-check = What would become of each row
adm-imp-report-do = What became of each row
adm-imp-csv = Report
adm-imp-filter = Show rows
adm-imp-all = rows
adm-imp-could = can be registered
adm-imp-registered = registered
adm-imp-already = registered already
adm-imp-already-why = Nothing to do
adm-imp-refused = refused
adm-imp-not-tried = not tried
adm-imp-rows = Rows of the report
adm-imp-none = No such rows
adm-imp-row-n = Row { $n }
adm-imp-col-row = Row
adm-imp-col-address = Address
adm-imp-col-file = File
adm-imp-col-result = Result
adm-imp-col-why = Reason
adm-imp-in-column = Column “{ $column }”: { $why }
adm-imp-unused = { $n ->
    [one] A file that no row names:
   *[other] Files that no row names ({ $n }):
  }
adm-err-wrong-passphrase = The passphrase is wrong.
adm-err-key-agent-unavailable = The service that holds the organisation's keys cannot be reached.
adm-why-invalid-address = The certificate belongs to another address, or the address is not of here.
adm-why-invalid-key = The key is too weak: RSA needs 2048 bits at least.
adm-why-conflict-key = The same key belongs to another mailbox already.
adm-why-invalid-algorithm = The certificate is signed with SHA-1 or MD5, which can be forged.
adm-why-invalid-usage = The certificate is not for mail, or not for this use.
adm-why-invalid-ca = This is the certificate of an authority, not of a mailbox.
adm-why-invalid-validity = The certificate has expired, or is not valid yet.
adm-why-conflict-certificate = This certificate is registered already.
adm-why-too-large-certificate = The address has too many certificates.
adm-why-not-found-account = There is no such mailbox.
adm-why-not-found-file = There is no such file in the archive.
adm-why-damaged-file = The file is damaged, or not of the kind expected.
adm-why-unsupported-file = This kind of file is not supported.
adm-why-no-certificate-file = No certificate in the file belongs to its key.
adm-why-invalid-table = The table cannot be read like this: its first row names the columns, each of them once.
adm-why-invalid-passphrase = No passphrase belongs to this file: there is no key in it.
adm-why-invalid-primary = The certificate is not for that.
adm-why-invalid-custody = The key cannot be kept like that.

## Rules
adm-place-rules = Rules
adm-place-simulate = Simulate
adm-place-mail = Mail
adm-rules-text = For each recipient one rule is executed: of those that match, the first in this order. What it leaves open comes from the next, then from the defaults.
adm-rules-reach = Rules reach mail written and read in the web client. Mail of other programs needs the gateway, which is not part of this installation yet.
adm-rules-tab-list = Rules
adm-rules-tab-lists = Lists, defaults, subject words
adm-rules-find = Find a rule…
adm-rules-more = … and { $n } more below
adm-rules-none = No rules yet
adm-rules-none-text = Without rules the defaults count: mail is signed where that is possible, decrypted, and checked.
adm-rules-draft = Draft
adm-rules-changes = { $n ->
    [one] One change
   *[other] { $n } changes
  }
adm-rules-not-yet = in the draft, not in effect yet.
adm-rules-undo = Undo the last change
adm-rules-discard = Discard
adm-rules-discard-title = Discard the draft?
adm-rules-discard-text = { $n ->
    [one] One change is lost.
   *[other] { $n } changes are lost.
  }
adm-rules-try = Try
adm-rules-publish = Publish
adm-rules-publish-title = Publish these changes?
adm-rules-publish-text = { $n ->
    [one] One change counts from the next message on.
   *[other] { $n } changes count from the next message on.
  }
adm-rules-publish-warnings = { $n ->
    [one] There is one warning about these rules; it stands beside the rule.
   *[other] There are { $n } warnings about these rules; they stand beside the rules.
  }
adm-rules-published = Published. It counts from the next message on.
adm-rules-part-datasets = Lists
adm-rules-part-defaults = Defaults
adm-rules-part-triggers = Words in the subject
adm-rules-conflict = { $who } published rules on { $when }, after you began. Nothing is lost: see what they changed, and choose where both of you changed the same.
adm-rules-conflict-theirs = Changed by them only: stays
adm-rules-conflict-both = Changed by both of you
adm-rules-keep-theirs = Theirs
adm-rules-keep-mine = Yours
adm-rules-take-over = Take over into my draft
adm-becomes = becomes

## A rule
adm-rule-new = New rule
adm-rule-new-title = New rule
adm-rule-edit-title = Rule
adm-rule-back = Back to the rules
adm-rule-name = Name
adm-rule-priority = Priority (1 is first)
adm-rule-priority-of = Priority of { $name }
adm-rule-enabled = In use
adm-rule-enable = { $name }: in use
adm-rule-off = switched off
adm-rule-who = Whose mail
adm-rule-from = From
adm-rule-to = To
adm-rule-from-hint = Addresses, domains, *.domain for its sub-domains, lists. Several are possible; the most specific one that fits counts.
adm-rule-to-hint = Whoever the mail is for: each recipient is decided by himself.
adm-rule-exclude-from = Not from
adm-rule-exclude-to = Not to
adm-rule-exclude-hint = Whoever is named here is never matched by this rule.
adm-rule-exceptions = Exceptions
adm-rule-bidirectional = In both directions: also when the mail goes from “To” to “From”
adm-rule-filter = Only mail that…
adm-rule-what = What is done
adm-rule-modes = How it is written
adm-rule-by-level = By level
adm-rule-by-box = Four check boxes
adm-rule-fine = Each field by itself
adm-rule-fine-hint = A field that is not defined is left to the next rule that matches, then to the defaults.
adm-rule-note = Note
adm-rule-note-hint = For administrators, and for whoever writes mail and meets a demand of this rule. It is never evaluated.
adm-rule-keep = Keep in the draft
adm-rule-delete = Delete the rule
adm-rule-leave-title = Leave without keeping?
adm-rule-leave-text = What you changed in this rule is not in the draft yet.
adm-rule-leave = Leave it
adm-rule-removed = “{ $name }” was deleted from the draft.
adm-rule-remove = Delete { $name }
adm-rule-copy = Duplicate { $name }
adm-rule-copy-name = Copy of { $name }
adm-rule-up = Move { $name } up
adm-rule-down = Move { $name } down
adm-rule-drag = Drag: between two to stand there alone, onto one to share its priority
adm-rule-keys = Alt with arrow up or down moves the rule, Alt with Home or End to the ends, Delete removes it.
adm-rule-moved = { $name }: place { $place } of { $of }, priority { $priority }
adm-rule-band = Priority { $n }
adm-rule-band-several = { $n } rules share this priority: the more specific one goes first, then the newer.
adm-rule-mark-new = new
adm-rule-mark-changed = changed
adm-rule-mark-gone = deleted
adm-rule-arrow = to
adm-rule-arrow-both = in both directions with
adm-rule-one-way = From { $from } to { $to }:
adm-rule-both-ways = Between { $from } and { $to }, in both directions:
adm-rule-except = except { $list }
adm-rule-when = if { $filter }:
adm-rule-does = { $what }.
adm-rule-does-nothing = nothing is set.
adm-rule-member-name = Name
adm-rule-member-note = Note
adm-rule-member-priority = Priority
adm-rule-member-enabled = In use
adm-rule-member-bidirectional = In both directions
adm-rule-member-from = From
adm-rule-member-to = To
adm-rule-member-exclude-from = Not from
adm-rule-member-exclude-to = Not to
adm-rule-member-filter = Only mail that
adm-rule-member-outbound = Outgoing
adm-rule-member-inbound = Incoming
adm-rule-warning-hidden = Never counts, it is hidden by
adm-rule-warning-disabled = It is switched off.
adm-rule-warning-sets-nothing = It sets nothing: neither sign, encrypt, decrypt nor validate.
adm-rule-warning-matches-nobody = Never fires: one side names nobody.
adm-rule-warning-dataset-missing = Never fires: one side names only lists that are not there.
adm-rule-warning-dataset-empty = Never fires: one side names only empty lists.
adm-rule-warning-all-excluded = Never fires: its exceptions take all that it matches.
adm-rule-warning-filter-never = Never fires: its condition cannot be true.
adm-rule-warning-wrong-way = Never does anything: mail that it matches does not pass in the direction its settings are about.
adm-rule-warning-cannot-sign = Demands signatures, and the server knows no key to sign with of { $count } of { $of } mailboxes ({ $first }). Keys that people hold in their browser only are not known here; they count when they write. What is not signed is refused.
adm-rule-warning-cannot-encrypt = Demands encryption, and to { $count } of { $of } mailboxes nothing can be encrypted ({ $first }). Mail to them is refused.
adm-rule-warning-cannot-open = Demands decryption, and the mail of { $count } of { $of } mailboxes cannot be opened ({ $first }).
adm-rule-warning-browser-signs = Demands signatures, and the keys of { $count } of { $of } mailboxes are in their browsers only ({ $first }): what is not signed there is refused.
adm-rule-warning-browser-opens = Demands decryption, and the keys of { $count } of { $of } mailboxes are in their browsers only ({ $first }): the server cannot open their mail.
adm-rule-warning-unknown = There is a warning this page does not know.
adm-rule-warning-accounts = Show

## Who is meant
adm-sel-any = anyone
adm-sel-managed = your organisation
adm-sel-external = people outside
adm-sel-wildcard = sub-domains of { $domain }
adm-sel-dataset = list { $name }
adm-sel-nobody = nobody
adm-sel-more = { $list } and { $n } more
adm-sel-needed = Somebody has to be named here.
adm-sel-placeholder = Address, domain, list…
adm-sel-remove = Remove { $what }
adm-sel-class-any = Everybody. The least specific: any other selector goes first.
adm-sel-class-external = Whoever is in no domain of your organisation.
adm-sel-class-managed = All mailboxes in domains of your organisation. As specific as a domain.
adm-sel-class-wildcard = Its sub-domains at any depth, not the domain itself.
adm-sel-class-domain = This very domain, without sub-domains.
adm-sel-class-dataset = Addresses and domains of the list. More specific than a domain.
adm-sel-class-address = This very address. The most specific.
adm-sel-fault-empty = Nothing is named.
adm-sel-fault-blank = “{ $text }” has a blank in it.
adm-sel-fault-at = “{ $text }” is no address.
adm-sel-fault-wildcard = “{ $text }”: a star stands alone or before a domain, as in *.example.com.
adm-sel-fault-word = “{ $text }”: with a leading @ there are @managed and @external only.
adm-sel-fault-domain = “{ $text }” is neither address nor domain.
adm-sel-fault-dataset = “{ $text }”: there is no such list.
adm-sel-fault-long = This is too long.

## What is done
adm-field-sign = Sign
adm-field-encrypt = Encrypt
adm-field-decrypt = Decrypt
adm-field-validate = Validate
adm-field-on-partial = Several recipients
adm-level-sign-inherit = Signing: not defined
adm-level-sign-off = do not sign
adm-level-sign-on = sign if possible
adm-level-sign-require = signature required
adm-level-encrypt-inherit = Encrypting: not defined
adm-level-encrypt-off = do not encrypt
adm-level-encrypt-on = encrypt if possible
adm-level-encrypt-require = encryption required
adm-level-decrypt-inherit = Decrypting: not defined
adm-level-decrypt-off = do not decrypt
adm-level-decrypt-on = decrypt if possible
adm-level-decrypt-always = refuse what cannot be decrypted
adm-level-decrypt-force = refuse clear text, too
adm-level-validate-inherit = Validating: not defined
adm-level-validate-off = do not validate
adm-level-validate-on = validate and say the result
adm-level-validate-require = deliver validly signed mail only
adm-level-on-partial-inherit = Several recipients: not defined
adm-level-on-partial-split = deliver to those it is possible for
adm-level-on-partial-all-or-none = to all or to nobody
adm-effect-out = Outgoing: { $what }
adm-effect-in = Incoming: { $what }
adm-preset-out = Outgoing mail
adm-preset-in = Incoming mail
adm-preset-own = What is set below is none of these levels.
adm-preset-out-not-defined = not defined
adm-preset-out-not-defined-hint = Left to the next rule that matches.
adm-preset-out-none = no S/MIME
adm-preset-out-none-hint = Neither signed nor encrypted.
adm-preset-out-sign-only = sign only
adm-preset-out-sign-only-hint = Signed if possible, never encrypted.
adm-preset-out-optional = optional encryption
adm-preset-out-optional-hint = Signed and encrypted where that is possible, else sent as it is.
adm-preset-out-enforce = enforced encryption
adm-preset-out-enforce-hint = Signed and encrypted, or not sent at all.
adm-preset-in-not-defined = not defined
adm-preset-in-not-defined-hint = Left to the next rule that matches.
adm-preset-in-do-not-decrypt = do not decrypt
adm-preset-in-do-not-decrypt-hint = Delivered encrypted, as it came.
adm-preset-in-optional = optional decryption
adm-preset-in-optional-hint = Decrypted if possible, else delivered encrypted.
adm-preset-in-always = always decrypt
adm-preset-in-always-hint = What cannot be decrypted is refused; clear text passes.
adm-preset-in-force = force encryption
adm-preset-in-force-hint = Clear text is refused, too.
adm-boxes = What is done if possible
adm-boxes-hint = A ticked box means “if possible”, an empty one “never”; none of the four is left to another rule.
adm-boxes-more = The rule says more, or less, than four boxes can. It stays so until you tick one: then what is ticked is on and the rest is off.

## Conditions
adm-filter-none = No condition: all mail between those above.
adm-filter-first = Add a condition
adm-filter-add = Condition
adm-filter-add-group = Group
adm-filter-negate = Negate
adm-filter-remove = Remove the condition
adm-filter-remove-group = Remove the group
adm-filter-unwrap = Dissolve
adm-filter-condition = Condition
adm-filter-group = Kind of group
adm-filter-group-all = all of these are true
adm-filter-group-any = one of these is true
adm-filter-group-not = this is not true
adm-filter-field = Field
adm-filter-op = Comparison
adm-filter-value = Value
adm-filter-list = List
adm-filter-choose = Choose a list
adm-filter-gone = { $name } (gone)
adm-filter-bytes = bytes
adm-filter-subject = subject
adm-filter-from = sender
adm-filter-to = recipient
adm-filter-size = size
adm-filter-has-attachment = attachment
adm-filter-header-any = header field
adm-filter-header = header field { $name }
adm-filter-header-name = Name of the header field
adm-filter-attached = it has an attachment
adm-filter-unattached = it has no attachment
adm-filter-op-equals = is
adm-filter-op-contains = contains
adm-filter-op-gt = is over
adm-filter-op-lt = is under
adm-filter-op-in-dataset = is in the list
adm-filter-op-contains-word-of = contains a word of the list
adm-filter-say-equals = { $field } is “{ $value }”
adm-filter-say-contains = { $field } contains “{ $value }”
adm-filter-say-gt = { $field } is over { $value }
adm-filter-say-lt = { $field } is under { $value }
adm-filter-say-in-dataset = { $field } is in the list { $value }
adm-filter-say-contains-word-of = { $field } contains a word of the list { $value }
adm-filter-say-not = not: { $part }
adm-filter-and = and
adm-filter-or = or
adm-filter-always = always
adm-filter-never = never
adm-filter-fault-value = Something has to stand here.
adm-filter-fault-dataset = This list is not there.
adm-filter-fault-header = This is no name of a header field.
adm-filter-fault-number = A number of bytes is wanted.

## Lists, defaults, words in the subject
adm-lists = Lists
adm-lists-text = Addresses, domains or words under one name, for the sides and conditions of rules.
adm-lists-none = No lists yet
adm-list-new = New list
adm-list-edit = List
adm-list-edit-short = Edit
adm-list-edit-of = Edit the list { $name }
adm-list-keep = Keep in the draft
adm-list-name = Name
adm-list-name-blank = A name has no blanks.
adm-list-name-taken = Another list has this name.
adm-list-entries = Entries
adm-list-entries-hint = One a line: an address, a domain, or a word. Several thousand may be pasted.
adm-list-count = { $n ->
    [one] one entry
   *[other] { $count } entries
  }
adm-list-used = { $n ->
    [one] used by one rule
   *[other] used by { $n } rules
  }
adm-list-remove = Delete
adm-list-remove-title = Delete this list?
adm-list-remove-of = Delete the list { $name }
adm-list-remove-used = { $n ->
    [one] “{ $name }” is used by one rule, which may then never fire.
   *[other] “{ $name }” is used by { $n } rules, which may then never fire.
  }
adm-list-removed = The list “{ $name }” was deleted from the draft.
adm-defaults = Defaults
adm-defaults-text = What counts where no rule that matches says anything.
adm-default-builtin = Built in: { $level }
adm-triggers = Words in the subject
adm-triggers-text = Whoever writes this in the subject wishes it: the mail is then signed or encrypted, or not sent. The text is removed before it leaves.
adm-trigger-sign = Sign when the subject contains
adm-trigger-encrypt = Encrypt when the subject contains

## Why
adm-why-fields = Field by field
adm-why-field = Field
adm-why-level = Level
adm-why-by = Set by
adm-why-result = What happened
adm-why-not-reached = not reached
adm-why-trace = Rule by rule ({ $n })
adm-why-rest = { $n ->
    [one] One rule does not match or is switched off
   *[other] { $n } rules do not match or are switched off
  }
adm-why-rule = The rule “{ $name }” was executed.
adm-why-no-rule = No rule matches: the defaults count.
adm-why-relay = Neither sender nor recipient is of this organisation: nothing is decided about it here.
adm-by-default = the defaults
adm-by-user = who wrote it
adm-by-rule = { $name }
adm-pass-outbound = { $org } sends
adm-pass-inbound = { $org } receives
adm-pass-internal = Inside { $org }
adm-pass-note-feature-disabled = S/MIME is switched off for this organisation: nothing is done.
adm-pass-note-rules-unavailable = The rules could not be read: the mail waits, it is never sent unprotected.
adm-trace-selected = executed: it is the first that matches
adm-trace-inherited-from = matches; gave what the executed rule leaves open
adm-trace-outranked = matches, but another goes before it
adm-trace-no-match = does not match sender and recipient
adm-trace-excluded = an exception of it matches
adm-trace-filter-false = its condition is not true
adm-trace-transparent = matches, and sets nothing that matters here
adm-trace-disabled = is switched off
adm-trace-unknown = something this page does not know
adm-act-sign-done = signed
adm-act-sign-satisfied = was signed already
adm-act-sign-none = not signed
adm-act-sign-unavailable = cannot be signed:
adm-act-sign-deferred = signing waits:
adm-act-sign-refused = refused:
adm-act-sign-reported = signed
adm-act-sign-unknown = unknown
adm-act-encrypt-done = encrypted
adm-act-encrypt-satisfied = was encrypted already
adm-act-encrypt-none = not encrypted
adm-act-encrypt-unavailable = cannot be encrypted:
adm-act-encrypt-deferred = encrypting waits:
adm-act-encrypt-refused = refused:
adm-act-encrypt-reported = encrypted
adm-act-encrypt-unknown = unknown
adm-act-decrypt-done = decrypted
adm-act-decrypt-satisfied = was clear text already
adm-act-decrypt-none = nothing to decrypt
adm-act-decrypt-unavailable = cannot be decrypted:
adm-act-decrypt-deferred = decrypting waits:
adm-act-decrypt-refused = refused:
adm-act-decrypt-reported = decrypted
adm-act-decrypt-unknown = unknown
adm-act-validate-done = checked:
adm-act-validate-satisfied = checked:
adm-act-validate-none = not checked:
adm-act-validate-unavailable = cannot be checked:
adm-act-validate-deferred = checking waits:
adm-act-validate-refused = refused:
adm-act-validate-reported = checked:
adm-act-validate-unknown = unknown
adm-why-ok = all is well
adm-why-off = switched off by the level
adm-why-user-declined = who wrote it said no
adm-why-already-encrypted = it is encrypted already
adm-why-already-signed = it is signed already
adm-why-feature-lapsed = the plan of the organisation ran out
adm-why-no-account = the mailbox is not registered
adm-why-licence-revoke-pending = the licence of the mailbox is being given back: it decrypts only
adm-why-licence-inactive = the mailbox has no licence
adm-why-no-certificate = there is no certificate for it
adm-why-not-primary = no certificate is marked as the primary one
adm-why-cert-revoked = the certificate was revoked
adm-why-cert-expired = the certificate has expired
adm-why-cert-not-yet-valid = the certificate is not valid yet
adm-why-cert-untrusted = nobody who is trusted vouches for the certificate
adm-why-alg-unsupported = the certificate's kind of key is not supported
adm-why-key-user-held = the key is only in the owner's browser
adm-why-no-key = there is no key for it
adm-why-not-for-recipient = it is encrypted, but not for this recipient
adm-why-recipient-revoke-pending = the recipient's licence is being given back
adm-why-recipient-inactive = the recipient has no licence
adm-why-revocation-unknown = whether the certificate was revoked is not known
adm-why-not-encrypted = it came as clear text
adm-why-same-pass = it was encrypted just now, inside the organisation
adm-why-cipher-refused = its cipher is too weak or not known
adm-why-tampered = it was changed on its way
adm-why-null-sender-exempt = reports of mail servers are exempt
adm-why-opaque = it is still encrypted, nothing can be seen
adm-why-unsigned = it is not signed
adm-why-valid = the signature is valid
adm-why-corrupt = the signature does not fit the text
adm-why-untrusted = nobody who is trusted vouches for the signer
adm-why-expired = the signer's certificate has expired
adm-why-revoked = the signer's certificate was revoked
adm-why-mismatch = the signer is not who wrote it
adm-why-unknown = a reason this page does not know
adm-outcome-deliver = Delivered.
adm-outcome-deliver-done = Delivered: { $what }.
adm-outcome-deliver-plain = Delivered as it is.
adm-outcome-reject = Refused:
adm-outcome-defer = Has to wait:
adm-outcome-quarantine = Held in quarantine:
adm-outcome-held-reject = Refused, because it goes to all or to nobody and another recipient could not be served.
adm-outcome-held-defer = Has to wait, because it goes to all or to nobody and another recipient waits.
adm-outcome-held-quarantine = Held in quarantine with another recipient's.
adm-outcome-held-deliver = Delivered.
adm-done-signed = signed
adm-done-encrypted = encrypted
adm-done-decrypted = decrypted
adm-done-validated = checked
adm-done-signed-skipped = not signed
adm-done-encrypted-skipped = not encrypted
adm-done-decrypted-skipped = not decrypted
adm-status-2-0-0 = Status 2.0.0: delivered.
adm-status-5-7-3 = Status 5.7.3: protection is required and not possible.
adm-status-5-7-6 = Status 5.7.6: a key or cipher is not supported.
adm-status-5-7-5 = Status 5.7.5: information about a key or certificate is missing or wrong.
adm-status-5-7-7 = Status 5.7.7: the content was changed.
adm-status-5-7-1 = Status 5.7.1: clear text or unsigned mail is refused.
adm-status-4-7-5 = Status 4.7.5: whether a certificate was revoked is not known; it is tried again.
adm-status-4-3-0 = Status 4.3.0: the rules could not be read; it is tried again.
adm-status-unknown = A status this page does not know.
adm-direction-relay = passes by
adm-direction-outbound = outgoing
adm-direction-inbound = incoming
adm-direction-internal = internal
adm-direction-outbound-inbound = to another organisation here
adm-direction-unknown = unknown
adm-stored-plain = Stored in the mailbox as clear text.
adm-stored-encrypted = Stored in the mailbox encrypted.
adm-copy-plain = A copy, neither signed nor encrypted, leaves for { $who }.
adm-copy-signed = A signed copy leaves for { $who }.
adm-copy-encrypted = An encrypted copy leaves for { $who }.
adm-copy-both = A signed and encrypted copy leaves for { $who }.
adm-report-smtp-reject = Whoever sends is told at once ({ $status }): { $who }{ $to }
adm-report-dsn = { $to } gets a report ({ $status }) about { $who }.
adm-report-quarantine = Goes to quarantine ({ $status }): { $who }{ $to }
adm-report-defer = Is tried again later ({ $status }): { $who }{ $to }
adm-report-unknown = A report this page does not know ({ $status }): { $who }{ $to }

## Simulate
adm-sim-text = Describe a mail and see what the rules make of it, and why. Nothing is sent and nothing is changed.
adm-sim-way = Where it comes from
adm-sim-way-ours = Sent by one of yours
adm-sim-way-ours-hint = Signed in, with an address of his own.
adm-sim-way-outside = From outside
adm-sim-way-outside-hint = Whatever From says.
adm-sim-from = From
adm-sim-to = To
adm-sim-to-hint = Several are possible, with commas between.
adm-sim-cc = Cc
adm-sim-bcc = Bcc
adm-sim-subject-field = Subject
adm-sim-wish-sign = Writer says: sign
adm-sim-wish-encrypt = Writer says: encrypt
adm-sim-wish-none = nothing
adm-sim-auth = Sender authentication
adm-sim-auth-unknown = not known
adm-sim-auth-pass = passed
adm-sim-auth-fail = failed
adm-sim-protection = Signed or encrypted already
adm-sim-encrypted = It is encrypted
adm-sim-for = For these certificates
adm-sim-for-hint = Fingerprints, as the certificates' page shows them.
adm-sim-cipher = Cipher
adm-sim-tampered = It was changed on its way
adm-sim-inner = Signature inside
adm-sim-signed = Signature
adm-sim-unsigned = none
adm-sim-more = More about it
adm-sim-size = Size in bytes
adm-sim-attachment = It has an attachment
adm-sim-headers = Header fields
adm-sim-header-add = Header field
adm-sim-header-remove = Remove the header field
adm-sim-null = Without a return address (null sender)
adm-sim-report = A mail server's report (multipart/report)
adm-sim-run = Simulate
adm-sim-clear = Clear
adm-sim-none = Nothing simulated yet
adm-sim-none-text = Sender and recipient suffice. A processed mail can be taken over from the place “Mail”.
adm-sim-live = Rules in effect
adm-sim-draft = Your draft
adm-sim-differs = differs
adm-sim-changed = { $n ->
    [one] By your draft something is different for one recipient. It is marked.
   *[other] By your draft something is different for { $n } recipients. It is marked.
  }
adm-sim-same = By your draft the same is decided.
adm-sim-after = What leaves, and who is told
adm-sim-subject = The subject becomes “{ $subject }”.
adm-sim-assumed = Taken from a processed mail. The log does not keep these, please fill in what matters: { $what }.
adm-sim-known-subject = subject
adm-sim-known-size = size
adm-sim-known-has-attachment = attachment
adm-sim-known-headers = header fields
adm-sim-known-mail-from = return address
adm-sim-known-auth = sender authentication
adm-sim-known-encrypted = how it was encrypted
adm-sim-fault-from = One address is wanted.
adm-sim-fault-to = Addresses of recipients are wanted.
adm-sim-fault-cc = This is no address.
adm-sim-fault-bcc = This is no address.
adm-sim-fault-size = A number of bytes is wanted.

## Processed mail
adm-mail-text = What was decided about each message, and why. Subjects and contents are not kept.
adm-mail-refresh = Refresh
adm-mail-find = Address or Message-ID
adm-mail-find-hint = pat@partner.example
adm-mail-any = any
adm-mail-outcome = Outcome
adm-mail-outcome-deliver = delivered
adm-mail-outcome-reject = refused
adm-mail-outcome-defer = waits
adm-mail-outcome-quarantine = quarantine
adm-mail-direction = Direction
adm-mail-rule = Rule
adm-mail-no-rule = no rule
adm-mail-from-day = From
adm-mail-until-day = Until
adm-mail-null = (mail server)
adm-mail-others = and { $n } more
adm-mail-why = Why
adm-mail-why-lost = The details of this entry were too large to be kept.
adm-mail-version = Version of the rules
adm-mail-version-now = (now { $n })
adm-mail-source = Written in
adm-mail-source-web = the web client
adm-mail-source-gate = a mail program, through the gateway
adm-mail-again = Simulate again with the rules of today
adm-mail-older = Older ones
adm-mail-all = Show all
adm-mail-empty = No mail was decided on yet
adm-mail-empty-text = As soon as somebody of this organisation sends or reads mail, it is listed here.
adm-mail-nothing = Nothing fits
adm-mail-nothing-text = The newest 10,000 messages are kept.

## Refusals
adm-err-storage-full-quota = No licence is left.
adm-err-not-found-address = There is no such mailbox, or its domain is not of this organisation.
adm-err-conflict-address = There is one already, or somebody changed it meanwhile, or something still belongs to it.
adm-err-conflict-domain = This domain is attached already, or still has mailboxes.
adm-err-not-found-domain = The domain is not claimed, or was too long ago: claim it again.
adm-err-invalid-outbound-per-hour = That is more messages an hour than the operator allows.
adm-err-invalid-outbound-recipients = That is more recipients than the operator allows.
adm-err-invalid-domain = That is no mail domain (written with xn-- where it has other letters).
adm-err-invalid-address = That is no address: user@domain, in small letters.
adm-err-invalid-name = That is not a name to sign in with.
adm-err-invalid-role = The last owner stays one: make somebody else an owner first.
adm-err-not-found-plan = There is no plan of this name.
adm-err-invalid-plan = There is no plan of this name.
adm-err-feature-disabled-customer = The customer's contract is not in force now.
# --- the organisation's own authority ---
adm-place-authority = Issuing
adm-ca-text = The organisation issues its mailboxes’ certificates itself. Keys are made in the key agent and never leave it.
adm-ca-none = No authority of your own yet
adm-ca-none-text = With one, every mailbox with a licence gets a certificate, without buying each; its key is held here, for the mail flow, which this installation does not have yet. For use in the web client people ask for one themselves (Settings › Security), and their key stays with them. Your own accounts believe it at once; partners have to be given its certificate.
adm-ca-none-owner = An owner of this organisation can make one.
adm-ca-create = Make an authority
adm-ca-create-text = A key is made in the key agent, and a certificate for it that holds for ten years and vouches for nothing but mail addresses of the organisation’s own domains. This cannot be taken back while certificates it issued still hold.
adm-ca-create-yes = Make it
adm-ca-kind = Kind of key
adm-ca-kind-rsa3072 = RSA, 3072 bits
adm-ca-kind-rsa3072-text = Every mail program reads it. Making a key takes about a second.
adm-ca-kind-p256 = Elliptic curve, P-256
adm-ca-kind-p256-text = Small and fast; older mail programs cannot encrypt to it.
adm-ca-kind-p384 = Elliptic curve, P-384
adm-ca-title = The authority
adm-ca-subject = Name
adm-ca-domains = For the domains
adm-ca-until = Holds until
adm-ca-key = Key
adm-ca-fingerprint = SHA-256 fingerprint
adm-ca-automatic = Issues by itself
adm-ca-on = On, to who has a licence
adm-ca-off = Off, only when asked
adm-ca-automatic-on = Let it issue by itself
adm-ca-automatic-off = Issue only when asked
adm-ca-automatic-now-on = From now on it issues by itself
adm-ca-automatic-now-off = It issues only when asked now
adm-ca-partners = Partners believe what it issues once they have been given this certificate and compared its fingerprint.
adm-ca-save = Save its certificate
adm-ca-renew = Renew its certificate
adm-ca-renew-text = The certificate is made anew by the same key, for the domains of today and ten years. What was issued goes on as it is. Partners need the new one only for new domains.
adm-ca-renew-new = New in it: { $domains }
adm-ca-renew-yes = Renew
adm-ca-renewed = The authority’s certificate was renewed
adm-ca-uncovered = Not in its certificate yet: { $domains }. Nothing can be issued there before it is renewed.
adm-ca-remove = Remove the authority
adm-ca-remove-text = Its key and all it noted are forgotten; nothing can be issued or revoked with it again. What it issued must be revoked first. A last list of what it revoked is signed and stays where certificates say it is until they have all ended.
adm-ca-remove-holds = { $n ->
    [one] It cannot be removed yet: one certificate that it issued still holds. Revoke it first.
   *[other] It cannot be removed yet: { $n } certificates that it issued still hold. Revoke those first.
}
adm-ca-remove-show = { $n ->
    [one] Show it
   *[other] Show them
}
adm-ca-former = { $n ->
    [one] One list of an earlier authority can still be looked up
   *[other] { $n } lists of earlier authorities can still be looked up
}
adm-ca-former-until = Signed on { $at }, until { $day }
adm-ca-former-key = Key { $id }
adm-ca-removed = The authority was removed
adm-ca-list = Revoked certificates
adm-ca-list-current = Up to date
adm-ca-list-expired = Too old
adm-ca-list-none = Missing
adm-ca-list-revoked = On the list
adm-ca-list-at = Published
adm-ca-list-next = Holds until
adm-ca-list-url = Address of the list
adm-ca-list-now = Publish now
adm-ca-list-done = The list was published
adm-ca-issue = Issuing and renewal
adm-ca-lacking = { $n ->
    [0] Nobody with a licence lacks a certificate
    [one] { $n } mailbox with a licence has no certificate
   *[other] { $n } mailboxes with a licence have no certificate
}
adm-ca-lacking-text = { $n ->
    [0] Who has a licence and no certificate is counted here.
    [one] It gets one at once, for signing and encryption, when you issue to all of them.
   *[other] They get one at once, for signing and encryption, when you issue to all of them.
}
adm-ca-barred-text = They get none with all the others. Issue to them by name where that is meant.
adm-ca-barred = { $n ->
    [one] The last certificate of one mailbox was revoked
   *[other] The last certificates of { $n } mailboxes were revoked
}
adm-ca-issue-all = Issue to all of them
adm-ca-issue-all-text = { $n ->
    [one] One certificate is issued. It holds for a year.
   *[other] { $n } certificates are issued. They hold for a year.
}
adm-ca-issue-some = Issue to some
adm-ca-issue-yes = Issue
adm-ca-addresses = Addresses
adm-ca-addresses-hint = One a line; accounts with an active licence
adm-ca-address = Address
adm-ca-usage = For
adm-ca-usage-both = Signing and encryption
adm-ca-usage-sign = Signing
adm-ca-usage-encrypt = Encryption
adm-ca-again = Also to who has a usable one
adm-ca-again-text = The new one is used from then on.
adm-ca-due = Renew them
adm-ca-due-n = { $n ->
    [0] Nothing is due for renewal
    [one] { $n } certificate is due for renewal
   *[other] { $n } certificates are due for renewal
}
adm-ca-due-note = A certificate is due after two thirds of its life. The server’s timer renews it by itself.
adm-ca-due-text = { $n ->
    [one] One certificate is renewed with a new key. The earlier one stays for reading.
   *[other] { $n } certificates are renewed with new keys. The earlier ones stay for reading.
}
adm-ca-due-yes = Renew
adm-ca-issued = Issued
adm-ca-issued-none = Nothing was issued that fits
adm-ca-search = Address, fingerprint or serial number
adm-ca-state = State
adm-ca-since = Issued
adm-ca-holds = Holds
adm-ca-ended = Ended
adm-ca-filter-all = All
adm-ca-filter-valid = Those that hold
adm-ca-filter-revoked = Revoked
adm-ca-filter-expired = Ended
adm-ca-revoke = Revoke a certificate
adm-ca-revoke-how = Open a row for its details, and to revoke its certificate.
adm-ca-revoke-text = The certificate of { $address } is put on the list at once and is used for nothing any more; its key stays, for mail that was encrypted to it. This cannot be taken back.
adm-ca-revoke-yes = Revoke
adm-ca-reason-choose = Choose a reason
adm-ca-revoked-at = Revoked
adm-ca-serial = Serial number
adm-ca-revoke-one = Revoke …
adm-ca-one = Issued certificate
adm-ca-reason = Reason
adm-ca-reason-unspecified = Revoked
adm-ca-reason-keyCompromise = Key in wrong hands
adm-ca-reason-affiliationChanged = Left the organisation
adm-ca-reason-superseded = Replaced
adm-ca-reason-cessationOfOperation = Mailbox given up
adm-ca-reason-privilegeWithdrawn = No longer entitled
adm-csr-title = Authorities outside
adm-csr-none = No request waits for its answer.
adm-csr-new = New request
adm-csr-new-text = A key is made in the key agent. The request for it is saved, to be handed in at an authority of your choice.
adm-csr-new-yes = Make the request
adm-csr-since = Made { $when }
adm-csr-save = Save again
adm-csr-answer = Enter the answer
adm-csr-answer-text = The certificate for { $address } that came back, best with its chain.
adm-csr-answer-yes = Register
adm-csr-file = File (PEM, DER or PKCS #7)
adm-csr-withdraw = Withdraw
adm-csr-withdraw-text = The request of { $address } and its key are forgotten. A certificate that still comes for it is of no use then.
adm-csr-withdrawn = The request was withdrawn
adm-asked-barred = A certificate was revoked for a reason that forbids another one: approve by name only
adm-asked-title = What people ask for
adm-asked-text = Their key was made in their browser and stays there. What you issue is for that key, and becomes the one in use.
adm-asked-none = Nobody waits for a certificate.
adm-asked-since = { $kind }, asked for { $when }
adm-asked-has = has one already
adm-asked-has-text = { $n ->
    [one] One of them has a usable certificate already; the new one takes its place, and mail to this mailbox is encrypted to the person’s own key from then on.
   *[other] { $n } of them have a usable certificate already; the new one takes its place, and mail to these mailboxes is encrypted to the people’s own keys from then on.
  }
adm-asked-approve = Issue
adm-asked-approve-all = Issue to all of them…
adm-asked-approve-text = { $address } gets a certificate for the key in the person’s browser.
adm-asked-approve-many = { $n } people get a certificate for the key in their browser.
adm-asked-refuse = Refuse…
adm-asked-refuse-all = Refuse all of them…
adm-asked-refuse-yes = Refuse
adm-asked-refuse-text = { $address } is told that there will be no certificate, and why.
adm-asked-refuse-many = { $n } people are told that there will be no certificate, and why.
adm-asked-reason = Reason
adm-asked-reason-hint = The person reads it.
adm-asked-more = And { $n } more.
