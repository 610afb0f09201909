# Texts of the web client and of the templates. A key exists in every language (tests/i18n.test.ts).

## General
app-loading = Loading your mail…
app-noscript = Waxseal's mail view needs JavaScript. Signing in and out works without it.
loading = Loading
close = Close
cancel = Cancel
undo = Undo
undone = Undone.
saved = Saved
try-again = Try again
more-actions = More actions
notifications = Notifications
skip = Skip to the messages
nothing-found = Nothing found
date-yesterday = Yesterday
and-more = { $n } more
someone-unknown = Unknown sender
no-subject = (No subject)

## Sign-in and errors (templates)
signin-title = Sign in
signin-tagline = Mail under your own seal.
signin-username = E-mail address
signin-password = Password
signin-show = Show
signin-submit = Sign in
signin-code = Code
signin-code-hint = Six digits from your authenticator app, or one of your recovery codes.
signin-code-again = Enter your password again together with the code.
signin-signed-out = You are signed out.
signin-support = Help and support
signin-foot = Your encryption keys stay in your browser. The server never sees your passphrase.
error-home = Go to your mail
error-reference = Reference:

## Errors by code
err-internal = Something went wrong on our side. Nothing was lost; please try again.
err-offline = The server cannot be reached. Please check your connection.
err-timeout = It took too long. Please try again.
err-gateway = The server is not answering just now. Please try again in a moment.
err-cancelled = Cancelled.
err-unauthenticated = Please sign in again.
err-code-needed = This account asks for a code as well.
err-wrong-code = This code is wrong or was used already.
err-sieve-unavailable = The filter server cannot be reached.
err-sieve-refused = The filter server refused the request.
err-wrong-password = User name or password is wrong.
err-csrf = This page is out of date. Please reload it.
err-forbidden = You may not do that here.
err-bad-request = The server could not understand the request. Please reload the page.
err-invalid = The server does not accept this value.
err-method-not-allowed = That is not possible here.
err-unsupported = This form is not supported.
err-signature-rejected = The signature does not match what was to be signed. Nothing was sent.
err-spell-check-off = Spell check is off because this message is or may be encrypted.
err-throttled = Too many attempts. Please wait a while.
err-key-stopped = This key rests after too many failures. Please try again in an hour.
err-key-agent-unavailable = The service that holds the organisation’s keys cannot be reached.
err-busy = The server is busy. Please try again in a moment.
err-no-memory = The server is short of memory. Please try again in a moment.
err-smtp-refused = The outgoing mail server refused the message.
err-source-unavailable = The other server could not be reached.
err-source-refused = That server may not be asked.
err-fetch-unavailable = The server cannot ask other servers just now.
err-feature-disabled = This feature is not part of your plan.
err-not-found = That is no longer there.
err-conflict = The folder has changed meanwhile. Please refresh it.
err-too-large = That is too large for the server.
err-damaged = The message is damaged and cannot be read completely.
err-decrypt-failed = The message could not be decrypted.
err-wrong-passphrase = The passphrase is wrong.
err-imap-unavailable = The mail server cannot be reached. Please try again in a moment.
err-imap-error = The mail server refused the request.
err-smtp-unavailable = The outgoing mail server cannot be reached. Your message is kept as a draft.
err-state-unavailable = The server cannot reach its own memory just now. Please try again in a moment.
err-untrusted-server = The mail server's certificate is not trusted, so no connection was made.
err-storage-full = There is no room left in the mailbox.
err-no-certificate = There is no usable certificate.

## Header, account, overlays
account-support = Help and support
account-of = Account of { $name }
settings = Settings
search = Search mail
search-in = Search in { $folder }
search-clear = Clear search
theme-system = Like the system
theme-light = Light
theme-dark = Dark
palette = Commands
palette-hint = Type a command or a folder
palette-theme = Appearance: { $theme }
palette-language = Language: { $name }
palette-settings = Settings: { $what }
# Other words by which the palette finds a command; separated by commas, never shown.
palette-words-signout = log out, logout, log off, exit, quit
palette-words-shortcuts = keys, hotkeys, help, keyboard
palette-words-settings = preferences, options, configuration
palette-words-compose = write, compose, mail, email, new
palette-words-search = find, look for
palette-words-contacts = people persons address book addressbook addresses groups vcard
palette-words-refresh = reload, sync, update, fetch
palette-words-delete = remove, trash, bin
palette-words-junk = spam, phishing
palette-words-flag = flag, favourite, favorite, important, mark
palette-words-label = tag, category
palette-words-archive = done, file away
palette-words-print = paper, pdf
palette-words-source = raw, original, eml, headers
palette-words-theme = theme, mode, colours, colors, appearance
palette-words-dark = night
palette-words-light = day, bright
palette-words-language = language, deutsch, english, translation
palette-words-general = theme, dark, light, language, appearance, dates
palette-words-list = threads, conversations, density, preview, reading pane, sort
palette-words-reading = remote images, pictures, mark as read
palette-words-notifications = alerts, desktop, sound
palette-words-identity = identities, name, from, sender, aliases, reply to, profile
palette-words-signature = sign off, footer
palette-words-filters = rules, sieve, forwarding, forward
palette-words-vacation = away, out of office, auto reply, autoresponder, holiday, absence
palette-words-security = keys, encryption, s/mime, passphrase, p12, import
palette-words-certificates = contacts, recipients, public keys
palette-words-trust = authorities, ca, roots
palette-words-account = sessions, devices, password, delete, log out everywhere
palette-words-totp = two factor, 2fa, second factor, authenticator, totp, mfa
palette-words-export = export, download, backup
palette-words-zone = time zone, timezone, clock
palette-words-about = version, help
# What stands on the keys.
key-ctrl = Ctrl
key-shift = Shift
key-escape = Esc
key-enter = Enter
key-delete = Del
key-sends = Send
key-saves = Save the draft
key-takes-out = Take out the chosen recipient
key-closes = Close what is open, go back
shortcuts = Keyboard shortcuts
shortcuts-show = Show all shortcuts
shortcuts-go = Go to
shortcuts-list = In the list
shortcuts-message = With a message
shortcuts-compose = Writing
shortcuts-app = Everywhere
shortcuts-off-hint = Single-key shortcuts rest while you type. You can turn them off in Settings.
expired-title = Please sign in again
expired-text = Your session has ended. Everything on this page, also what you were writing, is still here and goes on after you have signed in.
expired-other = Use another account
expired-back = Signed in again.

## Folders
folders = Folders
folders-show = Show folders
folders-shared = Shared with me
folder-inbox = Inbox
folder-drafts = Drafts
folder-sent = Sent
folder-archive = Archive
folder-junk = Junk
folder-trash = Trash
folder-all = All mail
folder-flagged = Starred
folder-unread = { $n } unread
folder-drafts-count = { $n ->
    [one] { $n } draft
   *[other] { $n } drafts
}
folder-toggle = Subfolders of { $name }
folder-new = New folder
folder-name = Name
folder-name-hint = Use the separator of your server for a folder inside another one.
folder-make = Create folder
folder-made = Folder “{ $name }” was created.
folder-actions = Actions for { $folder }
folder-read = Mark all as read
folder-read-done = { $n ->
    [one] { $n } message in { $folder } was marked as read.
   *[other] { $n } messages in { $folder } were marked as read.
}
folder-new-inside = New folder inside
folder-inside-hint = It is made inside { $folder }.
folder-rename = Rename
folder-rename-hint = Folders and messages inside stay in it.
folder-move = Move folder to…
folder-move-title = Move { $folder } into
folder-top = Top level
folder-moved = “{ $folder }” is now in { $to }.
folder-moved-top = “{ $folder }” is now at the top level.
folder-no-parent = There is no folder “{ $folder }” to put it into.
folder-taken = There is a folder of that name already.
folder-bad-name = The mail server does not take this name for a folder.
folder-name-delimiter = A name cannot contain “{ $delimiter }”. To put the folder into another one, use “Move folder to…”.
folder-rename-title = Rename { $folder }
folder-renamed = The folder is now “{ $name }”.
folder-empty = Empty
folder-empty-title = Empty { $folder }?
folder-empty-text = { $n ->
    [one] { $n } message is deleted for good. This cannot be undone.
   *[other] { $n } messages are deleted for good. This cannot be undone.
}
folder-empty-done = { $n ->
    [one] { $n } message was deleted for good.
   *[other] { $n } messages were deleted for good.
}
folder-delete = Delete folder
folder-delete-title = Delete the folder { $folder }?
folder-delete-text = { $n ->
    [one] The { $n } message inside is deleted for good. This cannot be undone.
   *[other] The { $n } messages inside are deleted for good. This cannot be undone.
}
folder-delete-text-empty = The folder is empty.
folder-delete-done = The folder { $folder } was deleted.
folder-hide = Hide
folder-hidden = The folder { $folder } is hidden.
folder-shown = The folder { $folder } is shown.
folder-stays = always shown
folders-choose = Hide/show folders…
folders-choose-title = Hide or show folders
folders-choose-text = Hidden folders keep their messages and are still found by search and when you move messages.
compose = Compose

## List
list-region = Messages
list-label = Messages in { $folder }
list-failed = The messages could not be loaded
messages-count = { $n ->
    [one] { $n } message
   *[other] { $n } messages
}
selected-count = { $n } selected
conversations-count = { $n ->
    [one] { $n } conversation
   *[other] { $n } conversations
}
select-range-cut = A range may hold { $n } rows; the others were left out.
select-all-in = Select all { $n } in { $folder }
select-all-found = Select all { $n } that were found
all-selected = All { $n } in { $folder } are selected.
all-found-selected = All { $n } that were found in { $folder } are selected.
row-thread = { $n ->
    [one] { $n } message of this conversation is in this folder
   *[other] { $n } messages of this conversation are in this folder
}
me = me
snippet-encrypted = Encrypted message
view-menu = View
view-threads = Group conversations
view-threads-off = Do not group conversations
view-snippets = Show how messages begin
view-snippets-off = Do not show how messages begin
view-paged = Pages instead of scrolling
view-paged-off = Scroll instead of pages
view-sort = Sort by
view-sort-by = Sort by { $what }
view-density = Spacing
view-density-is = Spacing: { $what }
sort-arrival = Arrival
sort-date = Date
sort-from = Sender
sort-to = Recipient
sort-subject = Subject
sort-size = Size
sort-refused = This mail server cannot sort that way. The newest come first.
order-date-desc = Newest first
order-date-asc = Oldest first
order-text-asc = A to Z
order-text-desc = Z to A
order-size-desc = Largest first
order-size-asc = Smallest first
pages = Pages
page-newer = Previous
page-older = Next
page-range = { $from }–{ $to } of { $n }
selection-actions = Actions for the selected messages
select-all = Select all
row-select = Select “{ $subject }”
row-to = To: { $names }
row-no-recipient = No recipient
row-encrypted = Encrypted
row-signed = Signed
row-opaque = Encrypted or signed
row-attachment = Has attachments
unread = Unread
answered = Answered
forwarded = Forwarded
flag = Add star
unflag = Remove star
filter = Filter
filter-unread = Unread
filter-flagged = Starred
filter-attachment = With attachments
filter-encrypted = Encrypted
filter-signed = Signed
filter-remove = Remove filter
empty-inbox = All done
empty-inbox-text = Your inbox is empty. New mail appears here by itself.
empty-folder = Nothing here
empty-folder-text = Move messages here with “Move to…” or by dragging them onto the folder.
empty-trash-text = Deleted messages wait here until they are removed for good.
empty-drafts-text = What you begin to write is kept here until you send it.

## Search
search-results = Search results
search-found = { $n } in { $folder }
search-found-everywhere = { $n } in all folders
search-where = In which folders
search-what = In which parts
search-everywhere = All folders
search-everywhere-now = Search all folders
search-whole-now = Search whole messages
search-days = When it came
days-any = Any time
days-today = Today
days-7d = Last 7 days
days-30d = Last 30 days
days-1y = Last 12 months
search-running = Searching…
search-running-text = What is found appears here at once.
search-stop = Stop
search-stopped = The search was stopped. What was found until then is shown.
search-go-on = Go on
search-cut = These are the newest { $n }. Narrow the search to see others.
search-header-only-show = { $n ->
    [one] Show it
   *[other] Show them
 }
search-chips = Search terms
search-chip-edit = Change { $chip }
search-chip-remove = Remove { $chip }
search-proposals = Suggestions
search-recent = Searched before
search-from = From { $who }
row-in = In { $folder }
op-from = Sender
op-to = Recipient
op-cc = Recipient of a copy
op-bcc = Recipient of a blind copy
op-subject = Words in the subject
op-body = Words in the text
op-in = In the folder
op-is = Unread, starred, encrypted …
op-has = With attachments
op-label = With the label
op-filename = Name of an attachment
op-after = On this day or later
op-before = Before this day
op-on = On this day
op-larger = Larger than
op-smaller = Smaller than
op-list = Mailing list
op-is-unread = Unread
op-is-read = Read
op-is-starred = Starred
op-is-answered = Answered
op-is-forwarded = Forwarded
op-is-encrypted = Encrypted
op-is-signed = Signed
op-is-draft = Draft
op-has-attachment = With attachments
search-not-understood = This search makes no sense
search-wrong = Position { $position }: “{ $word }” cannot be understood here.
search-wrong-end = Something is missing at position { $position }.
search-change = Change the search
search-scope = Where to search
search-scope-all = Whole messages
search-scope-headers = Sender, recipients, subject
search-close = Close search
search-none = No message matches
search-none-text = Try fewer words, another folder, or search in whole messages.
search-header-only = { $n ->
    [one] { $n } encrypted message was searched by header only, because its text cannot be read by the server.
   *[other] { $n } encrypted messages were searched by header only, because their text cannot be read by the server.
}

## Reader
reader-region = Message
reader-empty = No message open
reader-empty-text = Choose a message, or walk through the list with j and k.
message-actions = Message actions
message-failed = The message could not be opened
position-of = { $n } of { $total }
to-list = to { $names }
details-show = Details
details-hide = Hide details
received-at = Received { $date }
from-several = This message names more than one sender. Be careful whom you answer.
from-name-address = The sender calls themselves “{ $name }”, but the address is { $address }.
header-from = From
header-sender = Sent by
header-reply-to = Replies go to
header-to = To
header-cc = Cc
header-bcc = Bcc
header-date = Written
header-received = Received
header-outer-subject = Subject on the envelope
header-message-id = Message ID
header-size = Size
frame-title = Message text
quote-show = Show quoted text
text-cut = The text is very long; only its beginning is shown. Download the source to see all of it.
body-none = This message has no text.
body-none-attachments = This message has no text, only attachments.
remote-blocked = { $n ->
    [one] A picture from the internet was not loaded, so the sender does not learn that you opened this.
   *[other] { $n } things from the internet were not loaded, so the sender does not learn that you opened this.
}
remote-blocked-sealed = Encrypted mail never loads anything from the internet. { $n ->
    [one] One thing was left out.
   *[other] { $n } things were left out.
}
image-missing = Picture not available
link-odd-title = This link leads somewhere else
link-odd-text = Its text says “{ $shown }”, but it leads to { $real }. Criminals do this to imitate others.
link-odd-open = Open anyway
attachments = Attachments
attachments-count = { $n ->
    [one] { $n } attachment
   *[other] { $n } attachments
}
attachment-unnamed = Unnamed attachment
attachment-download = Download
attached-message = Attached message
attached-open = Open here
attached-close = Close
attached-security = Security of the attached message
to-me = to me
to-me-and = to me and { $name }
to-me-others = to me and { $n } others
from-same-name = You know { $name } under another address: { $address }. This message came from { $real }.
message-of = Message from { $name }
message-more = More for this message
message-fold = Fold this message
message-save = Save message (.eml)
conversation-unfold = Expand all
conversation-fold = Fold all
conversation-more = { $n ->
    [one] { $n } more message
   *[other] { $n } more messages
}
cmd-message-next = Next message of the conversation
cmd-message-previous = Previous message of the conversation
cmd-unfold-all = Expand all messages
cmd-fold-all = Fold all messages
headers-show = Show all headers
headers-title = Headers
clipboard-copy = Copy
clipboard-done = Copied.
clipboard-failed = The browser did not allow copying.
remote-blocked-unconfirmed = You always show pictures of { $who }, but nothing confirms that this message is from there. { $n ->
    [one] One picture was
   *[other] { $n } pictures were
} not loaded.
remote-failed = { $total ->
    [one] The picture could not be loaded.
   *[other] { $n } of { $total } pictures could not be loaded.
}
remote-show = Show pictures
remote-always = Always for this sender
remote-blocked-rest = { $n ->
    [one] One thing from the internet stays away: it is no picture, or could not be asked for safely.
   *[other] { $n } things from the internet stay away: they are no pictures, or could not be asked for safely.
}
look-theme = Show in dark colours
look-paper = Show as designed
attachment-show = Show
attachment-pdf = Open in a new tab
attachment-save = Download { $name }
attachments-zip = Download all (.zip)
risky-note = can run programs
risky-title = Download this file?
risky-text = “{ $name }” is of a kind that can run programs on your computer or imitate a sign-in page. Open it only if you expected it.
risky-download = Download anyway
preview-of = Preview of { $name }
preview-previous = Previous file
preview-next = Next file
preview-none = There is no preview for this kind of file.
preview-pdf = PDF files open in a tab of their own, or in the program of your computer.
sender-card = About { $name }
sender-known = In your contacts as { $name }
sender-new = Not in your contacts
sender-copy = Copy address
sender-write = Write
sender-search = Find mail
sender-contact = Open contact
unsubscribe = Unsubscribe
unsubscribe-title = Unsubscribe from { $name }?
unsubscribe-one-click = Waxseal tells { $host } that you want no more of these messages. Nothing else about you or your computer is sent.
unsubscribe-mail = A message to { $address } is prepared. Mail stops when the list has read it.
unsubscribe-write = Write it
unsubscribe-page = The page of { $host } opens in a new window. It will know that you opened this message.
unsubscribe-page-open = The page of { $host } opens in a new window, over a connection that is not protected. It will know that you opened this message.
unsubscribe-visit = Open page
unsubscribe-done = You have unsubscribed.
unsubscribe-refused = The list did not accept it (answer { $status }).
card-calendar = Invitation
card-contact = Contact
card-tnef = Attachments from Outlook
card-report = Report of a mail server
card-failed = { $name } could not be read.
event-request = Invitation
event-publish = Event
event-cancel = Cancelled event
event-reply = Answer to an invitation
event-counter = Proposal of another time
event-refresh = Request for an event
event-add = Addition to an event
event-declinecounter = Proposal declined
event-where = Where
event-organizer = Organiser
event-attendees = Invited
event-notes = Notes
event-repeats = Repeats
event-zone = ({ $time } in { $zone })
repeat-daily = { $n ->
    [one] every day
   *[other] every { $n } days
}
repeat-weekly = { $n ->
    [one] every week
   *[other] every { $n } weeks
}
repeat-monthly = { $n ->
    [one] every month
   *[other] every { $n } months
}
repeat-yearly = { $n ->
    [one] every year
   *[other] every { $n } years
}
repeat-other = often
repeat-count = { $n } times
repeat-until = until { $date }
answer-accepted = Accepted
answer-declined = Declined
answer-tentative = Tentative
contact-card = Contact
contact-mail = E-mail
contact-phone = Telephone
contact-address = Address
contact-web = Web
contact-birthday = Birthday
contact-note = Note
tnef-note = Outlook packed these into { $name }:
tnef-empty = { $name } is Outlook's own packaging. There is nothing in it that you could open.
receipt = Receipt
receipt-read = { $who } opened your message “{ $subject }”
receipt-other = { $who } dealt with your message “{ $subject }”
receipt-automatic = Sent by a program. It does not prove that anybody read the message.
receipt-note = It says that the message was opened, not that it was read or understood.
report-failed = Your message “{ $subject }” could not be delivered to { $who }
report-delayed = Your message “{ $subject }” has not reached { $who } yet
report-delivered = Your message “{ $subject }” was delivered to { $who }
report-relayed = Your message “{ $subject }” was passed on for { $who }
report-expanded = Your message “{ $subject }” was passed on to the list { $who }
report-other = About your message “{ $subject }” to { $who }
report-why = The other server refused it.
report-delayed-why = The server keeps trying; you need not send it again.
report-retry = It keeps trying until { $date }.
report-said = What the server said
report-note = Anybody can write such a report. Compare it with what you have sent.
report-1 = The address is not right.
report-1-1 = There is no such mailbox. Please check the part before the @.
report-1-2 = There is no such domain. Please check the part behind the @.
report-2 = The mailbox cannot take it.
report-2-1 = The mailbox is switched off.
report-2-2 = The mailbox is full.
report-2-3 = The message is too large for this mailbox.
report-3 = The other server cannot take it just now.
report-3-4 = The message is too large for the other server.
report-4 = The other server cannot be reached.
report-4-7 = The other server could not be reached for too long.
report-5 = The servers did not understand each other.
report-6 = The other server does not accept this kind of content.
report-7 = The other server refuses it for reasons of security or policy.
report-7-1 = The other server does not accept mail from you or your provider.
source-cut = Only the beginning is shown.
source-download = Download source

## Keys, unlocking, verdicts (S/MIME)
smime-security = Security of this message
smime-details = Details
smime-details-hide = Hide details
smime-show = Show
smime-hide = Hide
smime-enc-yes = Encrypted for you
smime-enc-unauthenticated = Encrypted, but not protected against change
smime-enc-opened = Decrypted on its way to you; not protected against change before that
smime-enc-locked = Encrypted, locked
smime-enc-opening = Encrypted, being opened
smime-enc-other = Encrypted for somebody else
smime-enc-failed = Could not be decrypted
smime-enc-partial = Only a part is encrypted
smime-enc-damaged = Damaged
smime-sig-valid = Signed by { $who }
smime-sig-valid-personal = Signed by { $who }, trusted by you
smime-status-good = Sender confirmed
smime-status-neutral = Sender not confirmed
smime-status-warning = Take care
smime-status-bad = Do not trust this
smime-status-none = Not protected
smime-status-locked = Locked
smime-sig-weak = Signed by { $who } with an outdated method
smime-sig-unverifiable = Signature could not be checked
smime-sig-untrusted = Signed, but the issuer is not known: { $who }
smime-sig-expired = Signed with an expired certificate: { $who }
smime-sig-invalid = Altered after it was signed
smime-sig-mismatch = Signed by somebody else: { $who }
smime-sig-partial = Only a part is signed
smime-sig-unconfirmed = Signed, but the certificate names no address
smime-enc-sealed = Encrypted
smime-first-title = Protect your mail
smime-first-text = With your certificate you read encrypted mail, and sign and encrypt what you write.
smime-first-later = Later
smime-first-read-title = This message is encrypted
smime-first-read-text = To read it, import the .p12 file with your key. It is opened in your browser and stays there.
smime-other-title = None of your keys opens it
smime-no-key = It may have been encrypted to an older key of yours. If you have its .p12 file, import it.
smime-waits = It opens together with the message that asks for your passphrase.
smime-owner = This message is encrypted for { $owner }. Only { $owner }’s key opens it; there is nothing for you to unlock here.
smime-owner-unnamed = This message is encrypted for the owner of this mailbox. Only the owner’s key opens it; there is nothing for you to unlock here.
smime-opening = Opening the message…
smime-opened = The message was opened.
smime-harvested = The certificate of { $address } was saved in your contacts.
smime-harvested-changed = { $address } uses a new certificate. It was saved in your contacts; the earlier one is kept.
smime-check-again = Check again
smime-proof = Download proof
smime-proof-file = Proof
smime-reason-other = A further finding: { $code }
smime-mark-good = Good
smime-mark-neutral = Not known
smime-mark-warning = Warning
smime-mark-bad = Bad
smime-mark-none = Note
smime-integrity-intact = Unchanged since it was signed
smime-integrity-altered = Changed after it was signed
smime-integrity-no-certificate = The signer's certificate is missing, so nothing could be checked
smime-integrity-unsupported = The kind of signature is not supported
smime-match-yes = The certificate's address is the sender's
smime-match-case = The certificate's address is the sender's, except for upper and lower case
smime-match-no = The certificate's address is not the sender's
smime-chain-trusted = The issuer is trusted
smime-trusted-by-mail-roots = The issuer is a publicly recognised authority for e-mail
smime-trusted-by-organisation = The issuer is trusted by your organisation
smime-trusted-by-personal = Trusted by you
smime-trusted-by-registered = Your organisation registered this certificate for this sender
smime-chain-unknown-issuer = The issuer is not known here
smime-chain-incomplete = The sender did not include the issuer's certificate
smime-chain-expired = The certificate has expired
smime-chain-not-yet-valid = The certificate is not valid yet
smime-chain-purpose = The certificate is not made for mail
smime-chain-weak = The certificate uses an outdated method
smime-chain-invalid = The chain of certificates is not valid
smime-revocation-good = The issuer has not revoked it
smime-revocation-revoked = The issuer has revoked it
smime-revocation-no-source = The issuer does not say where revocations are listed
smime-revocation-not-checked = Revocation was not checked
smime-revocation-unknown = Revocation could not be checked
smime-technical = Technical details
smime-fact-subject = Subject
smime-fact-issuer = Issued by
smime-fact-valid = Valid
smime-fact-valid-span = { $from } to { $to }
smime-fact-signed-at = Signed
smime-fact-claimed = { $date }, says the signer
smime-fact-algorithm = Algorithm
smime-fact-serial = Serial number
smime-fact-fingerprint = Fingerprint
smime-fact-chain = Check of the chain
smime-fact-revocation-source = Revocation asked of
smime-fact-this-update = Answer from
smime-fact-next-update = Answer valid until
smime-fact-revoked-at = Revoked
smime-source-ocsp = OCSP
smime-source-crl = Revocation list
smime-path = { $n ->
    [one] One certificate
   *[other] Chain of { $n } certificates
}
smime-path-issuer = issued by
value-an-unknown-day = an unknown day
value-no-reason-given = no reason given
value-keycompromise = the key was compromised
value-cacompromise = the authority was compromised
value-aacompromise = the authority was compromised
value-affiliationchanged = the holder left the organisation
value-superseded = it was replaced
value-cessationofoperation = it is no longer used
value-certificatehold = it is suspended
value-privilegewithdrawn = the right to it was withdrawn
value-unspecified = no reason given
smime-fact-use = Use
smime-fact-key = Key
smime-encryption = Encryption
smime-layer = Layer { $n }
smime-authenticated = protected against change
smime-not-authenticated = not protected against change
smime-recipients = { $n ->
    [one] { $n } recipient
   *[other] { $n } recipients
}
smime-headers = Subject and addresses
smime-headers-protected = Covered too
smime-unlock-title = Unlock your keyring
smime-unlock-text = This needs your private key. It is unlocked here, in your browser, and stays here.
smime-unlock-key = Key: { $label }, { $address }
smime-unlock = Unlock
smime-unlocking = Unlocking…
smime-unlock-none = No key that fits is in your vault.
smime-unlock-import = Import a key
smime-passphrase = Keyring passphrase
smime-passphrase-again = Keyring passphrase again
smime-passphrase-hint = At least 8 characters. It is not the password of your mailbox; several words are best.
smime-passphrase-short = The passphrase is too short: at least 8 characters.
smime-passphrase-blank = The passphrase must not be only blanks.
smime-passphrase-differs = The two passphrases differ.
smime-passphrase-lost = Nobody can recover this passphrase, not even your administrator. Without it and without a backup, encrypted mail stays closed for ever.
smime-keep = Keep unlocked
smime-keep-minutes = { $n ->
    [0] until I close the tab
    [5] 5 minutes without use
    [15] 15 minutes without use
    [60] 1 hour without use
    [240] 4 hours without use
   *[other] { NUMBER($n, maximumFractionDigits: 0) } minutes without use
}
smime-forgot = Forgot the passphrase?
smime-forgot-text = Nobody can recover it. If you have the .p12 file you imported, or a backup with another passphrase, import it again in Settings, Security.
smime-chip = Keyring open
smime-chip-tip = Your keys are unlocked
smime-activity = What your keys were used for
smime-activity-none = Nothing since your keyring was last started. Reloading or closing the last Waxseal tab locks your keys and begins this list anew.
smime-locks-after = { $n ->
    [one] Locks by itself after one minute without use, when the computer sleeps and when you sign out.
   *[other] Locks by itself after { $n } minutes without use, when the computer sleeps and when you sign out.
}
smime-locks-never = Locks by itself when the computer sleeps, when you sign out or close the last tab.
smime-lock-now = Lock now
smime-now-locked = Your keyring is locked.
smime-now-open = Your keyring is open.
smime-did-unlock = Unlocked: { $label }
smime-did-lock-user = Locked by you
smime-did-lock-idle = Locked: not used for a while
smime-did-lock-sleep = Locked: the computer slept
smime-did-lock-logout = Locked: signed out
smime-did-lock-account = Locked: another account
smime-did-lock-fault = Locked after an error
smime-did-sign = Signed: { $subject }
smime-did-decrypt = Opened: { $subject }
smime-keys = My keys and certificates
smime-keys-text = Kept as encrypted files. Only your keyring passphrase opens them, and only in your browser.
smime-keys-none = No key yet
smime-keys-none-text = Import the .p12 file of your certificate, or make a new key here and ask for a certificate.
smime-import = Import .p12
smime-added = added { $date }
smime-state-open = Unlocked
smime-state-locked = Locked
smime-primary-sign = Signs
smime-primary-encrypt = Receives
smime-expired = Expired
smime-valid-until = valid until { $date }
smime-expires-soon = Expires soon
smime-weak = Too weak
smime-use-sign = signing
smime-use-encrypt = encryption
smime-use-none = none for mail
smime-remove = Delete key
smime-remove-title = Delete “{ $label }”?
smime-remove-text = Mail that was encrypted to this key can never be read again, unless you have a backup and its passphrase. Nobody can bring the key back.
smime-downloads = Who fetched this file
smime-downloads-text = Each time the encrypted file “{ $label }” was fetched from the server, newest first.
smime-backup-save = Save backup
smime-backup-done = The backup was saved. Keep it where you find it again.
smime-remove-pending = A certificate that arrives for this key can then no longer be used, unless you have a backup and its passphrase.
smime-remove-type = To delete it, type: { $word }
smime-done = Done
smime-passphrase-new = New keyring passphrase
smime-passphrase-old = Present keyring passphrase
smime-passphrase-old-wrong = The present passphrase is wrong. Nothing was changed.
smime-key-replaced = This key was changed in another window meanwhile. Nothing was stored here. Please give its passphrase and try again.
smime-passphrase-same = That is the passphrase it has already.
smime-passphrase-change = Change passphrase
smime-passphrase-change-text = “{ $label }” is opened, encrypted anew and checked in this browser. Until the server has taken the new file, the old one stays.
smime-passphrase-all = Change it for the other keys that it opens, too
smime-passphrase-changed = { $n ->
    [one] The passphrase of one key was changed.
   *[other] The passphrase of { $n } keys was changed.
}
smime-passphrase-backups = Backups from before still open with the old passphrase only. Save a new one, and destroy the old ones if somebody may know the old passphrase.
smime-backup-save-of = Save backup of “{ $label }”
smime-rename = Rename
smime-rename-label = Name of the key
smime-rename-empty = A key needs a name.
smime-renew = Renew certificate
smime-renew-text = A new key and a new request take the place of “{ $label }” when their certificate has arrived. The old key stays: it opens your old mail.
smime-make = Make a new key
smime-make-text = The key is made in this browser. You send the request that comes with it to your certificate authority; when the certificate arrives, you add it here.
smime-make-name = Your name in the certificate
smime-make-kind = Kind of key
smime-kind-rsa3072 = RSA 3072
smime-kind-rsa3072-text = Every mail program and authority understands it. Making it takes some seconds.
smime-kind-p256 = Elliptic curve P-256
smime-kind-p256-text = Equally strong, smaller and faster. Some older mail programs cannot use it.
smime-kind-p384 = Elliptic curve P-384
smime-kind-p384-text = Stronger than the other two. Some older mail programs cannot use it.
smime-make-passphrase = Choose the passphrase that opens this key from now on.
smime-make-passphrase-more = Choose the passphrase that opens this key. With that of your other keys, one passphrase opens them all.
smime-make-go = Make key
smime-make-wait = An RSA key is made of two large random prime numbers; finding them can take half a minute on a phone.
smime-make-label = Key of { $year }
smime-make-done = The key was made and is kept, encrypted, in your vault.
smime-request = Request for a certificate
smime-request-text = Send this request to your certificate authority or administrator. It holds no secret. You find it again in your list of keys.
smime-request-save = Save request (.csr)
smime-request-copy = Copy request
smime-request-copied = The request was copied.
smime-request-not-copied = The browser did not allow copying. Save the request as a file instead.
smime-state-pending = Waits for its certificate
smime-pending-text = The certificate of this key has not arrived yet. Send the request to your certificate authority, and add the certificate here when you have it.
smime-asked-text = Your organisation issues certificates itself. Ask it for one for this key; the key stays with you.
smime-asked-go = Ask your organisation
smime-asked-again = Ask again
smime-asked-done = Your organisation was asked.
smime-asked-waiting = Asked on { $since }. Your organisation has until { $until } to answer; you see its answer here.
smime-asked-withdraw = Withdraw
smime-asked-refused = Your organisation said no: { $reason }
smime-asked-issued = Your organisation issued the certificate.
smime-asked-take = Put it to the key…
smime-asked-name = the certificate of your organisation
smime-asked-elsewhere = Another certification authority
smime-arrived = Add a certificate
smime-arrived-go = The certificate has arrived…
smime-arrived-text = Choose the certificate that you got for “{ $label }”.
smime-arrived-kinds = .pem, .crt, .cer, .p7b
smime-arrived-p12 = This file brings a key of its own.
smime-arrived-passphrase = The certificate in “{ $file }” is put beside its key. For that, “{ $label }” must be opened.
smime-arrived-other = This certificate belongs to another key than “{ $label }”.
smime-arrived-none = No certificate that can be read is in “{ $file }”.
smime-arrived-use = Sign and receive with it from now on
smime-arrived-done = The certificate was added, and your key is unlocked.
smime-key-actions = Actions for { $label }
smime-old = Opens old mail; keep it.
smime-ended = { $n ->
    [0] expired today, { $date }
    [one] expired yesterday, { $date }
   *[other] expired { $n } days ago, { $date }
}
smime-ends = { $n ->
    [one] expires within a day, { $date }
   *[other] expires in { $n } days, { $date }
}
smime-valid-from = valid from { $date }
smime-issued-by = issued by { $issuer }
smime-choose-sign = Sign with it
smime-choose-encrypt = Receive with it
smime-choose-which = ({ $who }, until { $date })
smime-answered-issued = Your organisation issued your certificate
smime-answered-issued-text = Put it to your key: then you can sign with it, and others can encrypt to you.
smime-answered-refused = Your organisation issued no certificate
smime-answered-see = Look at it in Settings
smime-remind = Your certificate expires on { $date }
smime-remind-text = After that you cannot sign with it, and others cannot encrypt to you. Mail you have stays readable.
smime-remind-over = Your certificate expired on { $date }
smime-remind-over-text = You cannot sign with it any more, and others cannot encrypt to you. Mail you have stays readable.
smime-remind-renew = Renew…
smime-remind-later = Remind me later
smime-remind-hide = Do not show again
smime-import-title-file = Import a key
smime-import-title-password = Password of the file
smime-import-title-summary = What is inside
smime-import-title-passphrase = Choose a keyring passphrase
smime-import-title-backup = Keep a backup
smime-import-intro = Choose the .p12 or .pfx file with your certificate and private key. It is opened in this browser; the server gets it only encrypted anew.
smime-import-choose = Choose a file, or drop it here
smime-import-kinds = .p12 or .pfx
smime-import-password = “{ $file }” is protected with a password. You got it together with the file, or chose it when you exported it.
smime-file-password = Password of the file
smime-file-password-hint = Leave it empty if there is none.
smime-file-password-wrong = The password does not open this file.
smime-import-open = Open
smime-import-next = Continue
smime-import-protect = Protect
smime-import-store = Finish
smime-import-passphrase = From now on one passphrase opens your keys. They are encrypted with it here, before anything is stored.
smime-import-useless = This key cannot be used for { $address }.
smime-working = This takes a few seconds, so that guessing takes very long.
smime-backup-text = Save the newly encrypted file where you keep important things. Your keyring passphrase opens it, here and in every other mail program.
smime-backup-kept = Saved. You can finish now.
smime-backup-why = If the server loses its copy, this is the only one.
smime-key-unnamed = Unnamed key
smime-no-address = No mail address
smime-problem-none = For { $address }, valid, for signing and encryption.
smime-problem-no-certificate = This key has no certificate.
smime-problem-address = The certificate is not for { $address }.
smime-problem-address-case = The certificate spells { $address } with other upper and lower case letters. That is accepted.
smime-problem-no-address = The certificate names no mail address.
smime-problem-expired = Expired. It still opens old mail, but is not used for new mail.
smime-problem-not-yet-valid = Not valid yet.
smime-problem-expires-soon = Expires within 30 days.
smime-problem-weak = Too weak for new mail by today's standards.
smime-problem-no-use = Not made for signing or encrypting mail.
smime-problem-sign-only = For signing only. Others cannot encrypt to you with it.
smime-problem-encrypt-only = For encryption only. You cannot sign with it.
smime-file-empty = The file is empty.
smime-file-too-large = The file is too large to be a key.
smime-file-pem-key = This is an unprotected key in text form. Export it as .p12 together with its certificate.
smime-file-pem = This is a text file with certificates, without a key. Choose the .p12 file.
smime-file-certificate = This is a certificate without its private key. Choose the .p12 file.
smime-file-key = This is a bare key without its certificate. Export both together as .p12.
smime-file-other = This is not a .p12 file.
smime-err-wrong-passphrase = The passphrase is wrong.
smime-err-damaged = The file is damaged.
smime-err-unsupported = The file uses a method that is not supported. Export it again, with AES and without a special mode.
smime-err-empty = There is no private key in the file.
smime-err-refused = The keyring does not do that.
smime-err-failed = The key could not be used for this.
smime-err-locked = Your keyring is locked.
smime-err-unknown = None of your keys fits.
smime-err-too-many = Your keys were used very often within a minute. Please wait a moment.
smime-err-integrity = The keyring of this page is out of date. Please reload the page.
smime-err-unsafe = The keyring refuses to work, because this page does not shut it in safely. Tell your administrator.
smime-err-timeout = It took too long and was stopped.
smime-err-unavailable = The keyring could not be loaded. Please check your connection and reload the page.
smime-sign-unlock = Unlock to sign
smime-send-cancelled = Not sent: your keyring stayed locked.
smime-check-nothing-signed = Nothing was signed or sent.
smime-check-mode = The server wants to protect the message in another way than you chose.
smime-check-signer = The server wants a signature by another certificate than yours.
smime-check-recipients = The server prepared the message for other recipients than yours.
smime-check-certificate = The server wants to encrypt with another certificate than the one that was shown to you.
smime-check-from = The server prepared the message with another sender.
smime-check-subject = The server prepared the message with another subject.
smime-check-header = The server changed the header of the message.
smime-check-text = The server prepared another text than yours.
smime-check-html = The server prepared another formatted text than yours.
smime-check-attachment = The server prepared other attachments than yours.
smime-check-structure = The server prepared the message in a form that cannot be checked.
smime-check-time = The time of the server and of this computer differ by more than a day.
smime-check-forward = Parts of a forwarded message cannot be checked. Save them and attach them again.
smime-check-digest = The server asks for a signature under something else than your message.

## Trust and certificates of others
trust-certificate = Trust this certificate for { $address }…
trust-issuer = Trust this issuer…
trust-certificate-title = Trust this certificate for { $address }?
trust-issuer-title = Trust this issuer?
trust-certificate-text = Mail from { $address } that is signed with exactly this certificate is then shown as confirmed. No authority known here has checked to whom it belongs: only you have.
trust-issuer-text = Certificates that “{ $name }” issues for e-mail are then accepted, for the addresses you choose here. It can vouch for anybody, also falsely. Do this only with an authority you know.
trust-scope = For which mail
trust-scope-address = Only mail from { $address }
trust-scope-any = Mail from every address
trust-means = It holds for you alone, and you can take it back in Settings, Trusted by you.
trust-fingerprint = SHA-256 fingerprint
trust-compared = I have compared the fingerprint with the sender by another way, such as a telephone call.
trust-compared-issuer = I have the fingerprint from the issuer itself and compared it.
trust-do = Trust
trust-done-certificate = You trust this certificate for { $address }.
trust-done-issuer = You trust this issuer.
trust-text = Certificates and issuers that no known authority vouches for, which you decided to trust. They count for you alone.
trust-none = Nothing here
trust-none-text = When a signed message comes from an unknown issuer, its details offer to trust the certificate or its issuer.
trust-kind-certificate = Certificate, for { $address }
trust-kind-issuer = Issuer, for every address
trust-kind-issuer-for = Issuer, for { $address }
trust-since = since { $date }
trust-remove = Remove
trust-remove-title = No longer trust “{ $name }”?
trust-remove-text = Mail that was confirmed by this alone is shown as not confirmed from now on.
trust-removed = Your trust was taken back.
change-title = { $name } uses a new certificate
change-text = The one you know stays in use until you have looked at the new one.
change-why-first = It is the first one that was seen.
change-why-same-key = It is for the same key.
change-why-renewed = It comes from the same authority.
change-why-older = It is older than the one in use.
change-why-revocation = Whether it was revoked is not known.
change-why-rejected-before = You have turned down another one for this address before.
change-why-trust = It is vouched for by somebody you have less reason to trust.
change-why-preferred = You have chosen the one in use yourself.
change-why-authority = Another authority issued it.
change-why-merged = It came by mail for another contact that became one with this.
change-why-early = It comes long before the one in use ends.
change-explain = People get new certificates when the old ones end. Somebody who wants to read your mail would offer a new one too. If you did not expect it, ask by another way, such as a telephone call, and compare the fingerprint.
change-review = Compare…
change-look = Look at it…
change-first-title = Use this certificate of { $name }?
change-first-explain = It waits because something about it is not certain. Mail you encrypt to { $name } can be read by whoever has its key. Compare the fingerprint by another way, such as a telephone call.
change-new = New
change-known = Known since { $date }
change-later = Later
change-accept = Use the new one
change-accept-first = Use it
change-reject = Do not use it
change-accepted = The new certificate of { $name } is used from now on.
change-rejected = The new certificate of { $name } is not used.
certificates-text = Certificates of the people you write to. They are saved by themselves from mail whose signature is confirmed, and you can add files.
certificates-import = Add a file
certificates-imported = The certificate of { $name } was saved.
certificates-not-one = “{ $file }” holds no certificate.
certificates-none = No certificate yet
certificates-none-text = Open a signed message whose sender is confirmed, or add a certificate file you were given.
certificates-filter = Filter by name or address
certificates-more = Show { $n } more
certificates-expired-on = expired on { $date }
certificates-since = since { $date }
certificates-provenance = “{ $subject }” of { $date }
certificates-state-valid = In use
certificates-state-untrusted = Not trusted
certificates-state-pending = Waits for you
certificates-state-superseded = Earlier
certificates-state-rejected = Not used
certificates-preferred = Encrypts to this
certificates-revoked = Revoked
certificates-accept = Use it after all
certificates-prefer = Encrypt to this one
certificates-remove = Remove
certificates-remove-title = Remove this certificate of { $name }?
certificates-remove-text = You can then not encrypt to it. It comes back with the next signed message that is confirmed.
certificates-did-accept = It is used from now on.
certificates-did-reject = It is not used.
certificates-did-prefer = Mail is encrypted to it from now on.
certificates-did-remove = It was removed.

## Actions
moved = { $n ->
    [one] Moved to { $folder }.
   *[other] { $n } messages moved to { $folder }.
}
archived = { $n ->
    [one] Archived.
   *[other] { $n } messages archived.
}
archive-none = This mailbox has no archive folder. Create one named “Archive”.
junk-none = This mailbox has no junk folder.
copied = { $n ->
    [one] Copied to { $folder }.
   *[other] { $n } messages copied to { $folder }.
}
marked-read = { $n ->
    [one] Marked as read.
   *[other] { $n } messages marked as read.
}
marked-unread = { $n ->
    [one] Marked as unread.
   *[other] { $n } messages marked as unread.
}
starred = { $n ->
    [one] Star added.
   *[other] Star added to { $n } messages.
}
unstarred = { $n ->
    [one] Star removed.
   *[other] Star removed from { $n } messages.
}
labelled = { $n ->
    [one] Label “{ $label }” added.
   *[other] Label “{ $label }” added to { $n } messages.
}
unlabelled = { $n ->
    [one] Label “{ $label }” removed.
   *[other] Label “{ $label }” removed from { $n } messages.
}
deleted = { $n ->
    [one] Moved to Trash.
   *[other] { $n } messages moved to Trash.
}
deleted-forever = { $n ->
    [one] Deleted for good.
   *[other] { $n } messages deleted for good.
}
delete-forever = Delete for good
delete-forever-title = { $n ->
    [one] Delete this message for good?
   *[other] Delete { $n } messages for good?
}
delete-forever-text = This cannot be undone.
move-title = { $n ->
    [one] Move to…
   *[other] Move { $n } messages to…
}
copy-title = { $n ->
    [one] Copy to…
   *[other] Copy { $n } messages to…
}
move-hint = Type the name of a folder
go-to = Go to { $folder }

## Labels
labels = Labels
labels-edit = Edit labels
labels-text = Labels are kept with the messages on the mail server, where other mail programs see them as keywords.
label-title = { $n ->
    [one] Labels
   *[other] Labels of { $n } messages
}
label-hint = Type the name of a label
label-make = Create “{ $name }”
label-none = There are no labels yet. Type a name to create the first one.
label-name-taken = Another label has this name, or had it when it was made.
label-on-all = On all
label-on-some = On some
label-new = New label
label-add = Add
label-show = Show label { $label }
label-colour = Colour of { $label }
label-name-of = Name of the label { $label }
label-remove = Remove label
label-remove-one = Remove the label { $label }
label-remove-title = Remove the label { $label }?
label-remove-text = It is taken off every message in your own folders. The messages stay.
label-removed = The label “{ $label }” was removed.
done = Done
colour-grey = Grey
colour-red = Red
colour-orange = Orange
colour-yellow = Yellow
colour-green = Green
colour-teal = Teal
colour-blue = Blue
colour-purple = Purple
colour-pink = Pink

## Commands
cmd-inbox = Inbox
cmd-sent = Sent
cmd-drafts = Drafts
cmd-archive-folder = Archive folder
cmd-search = Search
cmd-next = Next message
cmd-previous = Previous message
cmd-open = Open message
cmd-select = Select message
cmd-select-all = Select everything here
cmd-extend-down = Extend selection down
cmd-extend-up = Extend selection up
cmd-clear-selection = Clear selection
cmd-refresh = Check for new mail
cmd-back = Back to the list
cmd-reply = Reply
cmd-reply-all = Reply to all
cmd-forward = Forward
cmd-archive = Archive
cmd-delete = Delete
cmd-flag = Star
cmd-unread = Mark as read or unread
cmd-move = Move to…
cmd-copy = Copy to…
cmd-label = Labels
cmd-junk = Report as junk
cmd-not-junk = Not junk
cmd-print = Print
cmd-source = Message source
cmd-compose = New message
cmd-palette = Command palette
cmd-shortcuts = Keyboard shortcuts
cmd-signout = Sign out

## Settings
settings-general = General
settings-identity = You
settings-security = Security
settings-certificates = Certificates of others
settings-trust = Trusted by you
settings-about = About
settings-back = Back to mail
set-theme = Appearance
set-density = Spacing
density-comfortable = Normal
density-spacious = Spacious
density-compact = Compact
set-language = Language
set-mark-read = Mark messages as read when opened
set-mark-read-hint = When this is off, mark them yourself with Shift+U.
set-shortcuts = Single-key shortcuts
set-shortcuts-hint = Keys such as j, k, e and r without Ctrl.
set-address = Address
set-name = Name
set-name-hint = Stands before your address in what you send.
name-use = Use “{ $name }”
set-signature = Signature
set-signature-hint = Added below what you write.
set-mode = When you write a new message
mode-default-auto = Auto: remember last settings
mode-default-auto-text = As you did last time. Answers to encrypted mail are always encrypted.
mode-default-none = Do not sign or encrypt
mode-default-none-text = You can still choose it for a single message.
mode-default-sign = Sign
mode-default-sign-text = Others can check that it comes from you and was not changed.
mode-default-sign-encrypt = Sign and encrypt
mode-default-sign-encrypt-text = Only you and the recipients can read it. Every recipient needs a certificate.
set-lock = Lock my keys after
set-lock-minutes = { $n ->
    [5] 5 minutes without use
    [15] 15 minutes without use
    [60] 1 hour without use
    [240] 4 hours without use
   *[other] { NUMBER($n, maximumFractionDigits: 0) } minutes without use
}
set-lock-hint = They are also locked when you sign out or close the last tab with Waxseal.
set-hide-subject = Hide the subject of encrypted mail
set-hide-subject-hint = Servers then see “[...]” instead of the subject. It cannot be searched, and some older programs show it only inside the text.
about-text = Webmail with S/MIME. Private keys are unlocked in your browser and never leave it.
about-account = Account
about-keyring = Keyring
about-plan = Plan
about-instance = Server

## Writing
apply = Apply
message = Message
security = Security
subject = Subject
recipient = Recipient
certificate = Certificate
compose-new = New message
compose-show = Show
compose-minimize = Minimize
compose-out = Open in a window of its own
compose-out-blocked = The browser did not open another window. The message is still here.
compose-out-failed = The other window could not take the message over. It is still here.
compose-out-closed = The window of the message was closed. Its draft is in Drafts.
compose-out-closed-late = The window of the message was closed before its last words were saved. What was saved before is in Drafts.
compose-out-closed-lost = The window of the message was closed before a draft of it could be saved.
replaced-left = The earlier draft could not be deleted and is still in Drafts. { $why }
answered-unmarked = The message you answered could not be marked as answered. { $why }
forwarded-unmarked = The message you forwarded could not be marked as forwarded. { $why }
compose-out-ending = This window closes as soon as the server has answered.
compose-full = Full size
compose-close = Close and keep as draft
compose-tabs = Parts of the message
compose-too-many = { $n } messages are being written already. Please close one first.
cc-bcc = Cc Bcc
suggestions = Suggestions
chips-added = { $n ->
    [one] One recipient added.
   *[other] { $n } recipients added.
}
chips-removed = { $name } removed.
chips-removed-n = { $n ->
    [one] One recipient removed.
   *[other] { $n } recipients removed.
}
chips-added-bad = { $n ->
    [one] One of them is not an e-mail address.
   *[other] { $n } of them are not e-mail addresses.
}
chips-changed = Now { $name }.
chips-copied = { $n ->
    [one] One recipient copied.
   *[other] { $n } recipients copied.
}
chips-found = { $n ->
    [one] One suggestion.
   *[other] { $n } suggestions.
}
chips-more = { $n ->
    [one] and one more
   *[other] and { $n } more
}
chips-paste-long = This text is too long for a list of recipients.
chips-forgotten = { $name } is no longer suggested.
chips-not-forgotten = { $name } could not be taken off the suggestions. Please try again.
chip-edit = Edit recipient
chip-copy = Copy
chip-move = Move to { $field }
chip-remove = Remove
chip-you = you
chip-picked = chosen
found-contact = Contact
found-met = Written to before
found-directory = Directory
found-ldap = Directory
found-shown = In this list
found-members = { $n ->
    [one] Group of one
   *[other] Group of { $n }
}
found-ready = Can receive encrypted mail
found-forget = Do not suggest any more (Shift+Delete)
address-fault-none = There is no e-mail address.
address-fault-no-at = An e-mail address has an @, as in name@example.org.
address-fault-ats = There is more than one @.
address-fault-no-local = Nothing stands before the @.
address-fault-no-domain = Nothing stands after the @.
address-fault-blank = There is a blank in it.
address-fault-dots = A dot stands at the beginning or end, or two in a row.
address-fault-long = The address is too long.
address-fault-domain = “{ $sign }” is not the name of a mail server.
address-fault-sign = “{ $sign }” is not allowed before the @.
reply-to = Reply-To
reply-to-one = Answers can go to one address only, not to a group.
recipients-already = { $n ->
    [one] { $names } is already in { $field }.
    [2] { $names } are already in { $field }.
    [3] { $names } are already in { $field }.
   *[other] { $names } and others ({ $n }) are already in { $field }.
}
recipients-moved = { $n ->
    [one] { $names } was moved here.
    [2] { $names } were moved here.
    [3] { $names } were moved here.
   *[other] { $names } and others ({ $n }) were moved here.
}
recipients-moved-to = { $n ->
    [one] Moved to { $field }.
   *[other] { $n } moved to { $field }.
}
recipients-too-many = A message can have { $most } recipients, this one has { $n }.
group-added = { $n ->
    [0] Nobody new in “{ $name }”.
    [one] One member of “{ $name }” added.
   *[other] { $n } members of “{ $name }” added.
}
group-already = { $n ->
    [one] One was there already.
   *[other] { $n } were there already.
}
group-broken = { $n ->
    [one] One cannot be written to: { $names }. { $why }
   *[other] { $n } cannot be written to: { $names }. { $why }
}
group-gone = { $n ->
    [one] One member is no longer in the address book.
   *[other] { $n } members are no longer in the address book.
}
group-empty = “{ $name }” has no members.
group-failed = The members of “{ $name }” could not be read. { $why }
chip-hint = Enter to edit, Delete to remove, Alt and arrow to move
editor-label = Text of the message
editor-placeholder = Write your message…
editor-drop = Drop files here to attach them
editor-tools = Text style
editor-bold = Bold
editor-italic = Italic
editor-underline = Underline
editor-strikethrough = Strike through
editor-bullets = Bullet list
editor-numbers = Numbered list
editor-quote = Quote
editor-link = Link
editor-link-address = Address of the link
editor-clear = Remove formatting
editor-undo = Undo
editor-redo = Redo
plain-to = Switch to plain text
rich-to = Switch to formatted text
plain-title = Switch to plain text?
plain-text = Formatting, pictures and lists become plain text.
plain-do = Switch
quote-intro = On { $date }, { $name } wrote:
quote-mixed = This message mixes encrypted and plain parts. They are not quoted together, so the answer starts empty.
forward-line = ---------- Forwarded message ----------
attach = Attach files
attached = { $n ->
    [one] One file attached.
   *[other] { $n } files attached.
}
attach-remove = Remove { $name }
attach-too-large = “{ $name }” is { $size }. Attachments may be { $limit } together.
attach-sum-too-large = The attachments would be { $size } together. At most { $limit } can be sent.
attach-too-many = A message can carry at most { $n } attachments.
attach-folder = { $n ->
    [one] “{ $name }” is a folder. Please attach the files inside it, or pack it into a .zip file first.
   *[other] { $n } folders were left out. Please attach the files inside them, or pack them into a .zip file first.
}
attach-unreadable = “{ $name }” cannot be read. If it is a folder, please attach the files inside it.
attach-gone = “{ $name }” was changed, moved or deleted since it was attached. Please remove it and attach it again.
attach-total = { $n ->
    [one] { $n } file, { $size }; { $sent } in the message. Up to { $limit } can be attached.
   *[other] { $n } files, { $size }; { $sent } in the message. Up to { $limit } can be attached.
}
attach-placed = { $n ->
    [one] Picture put into the text
   *[other] { $n } pictures put into the text
}
attach-removed = { $name } removed
attach-original = { $n ->
    [one] Attach the file of the original message
   *[other] Attach the { $n } files of the original message
}
upload-progress = Upload
upload-sending = Sending: { $sent } of { $total }
upload-saving = Saving the draft: { $sent } of { $total }
upload-whole = All is there; the server is working on it…
compose-loading = Its files and pictures are being fetched. It can be saved and sent when they are here.
compose-not-loaded = Not all of its files and pictures could be fetched.
compose-not-loaded-draft = So that nothing gets lost it is neither saved nor sent now. If you go on without them it becomes a draft of its own, and the old one stays as it is.
compose-not-loaded-text = So that nothing is missing it is neither saved nor sent now. You can go on without them.
compose-go-without = Go on without them
err-not-loaded = Not all of its files and pictures are here.
upload-stopped = The upload was stopped. Everything is still here.
upload-again = Upload again
draft-sealed = This draft is encrypted and its text is not here, so it is left as it is.
draft-sealed-title = Encrypted draft, not sent.
draft-sealed-text = Whom it is for, its subject and its text are inside. Unlock your key below to go on writing.
draft-sealed-damaged = It could not be opened, so it is left as it is. The reason stands below.
draft-sealed-off = It was written with S/MIME, which your plan does not include now, so it cannot be opened here. It is left as it is.
row-draft-sealed = Recipients encrypted
draft-edit = Continue writing
draft-edit-text = This is a draft. It has not been sent.
draft-leaving = This message is about to be sent.
draft-leaving-elsewhere = This message is about to be sent from another window, which can take it back.
draft-saving = Saving…
draft-saved = Saved
draft-saved-encrypted = Saved, encrypted
draft-not-saved = Not saved
draft-impossible-short = Not kept on the server
draft-impossible = This message may be encrypted, and you have no certificate to encrypt the draft to yourself. So no draft is kept on the server; please keep this window open until you have sent it.
draft-failed = The draft could not be saved. { $why }
draft-kept = Kept in Drafts.
draft-discarded = Draft discarded.
discard = Discard
discard-title = Discard this message?
discard-text = What you wrote is deleted, also the saved draft.

## Sending
send = Send
send-signed = Send signed
send-encrypted = Send encrypted
send-signed-encrypted = Send signed and encrypted
send-tip = Send
sending = Sending…
sent-send = Sent.
sent-send-signed = Sent, signed.
sent-send-encrypted = Sent, encrypted.
sent-send-signed-encrypted = Sent, signed and encrypted.
send-anyway = Send anyway
send-no-recipient = Please enter at least one recipient.
send-bad-address = “{ $address }” is not an e-mail address.
send-bad-addresses = { $n } entries are no e-mail addresses: { $list }.
send-bad-one = “{ $address }”
send-no-subject-title = Send without a subject?
send-no-subject-text = Recipients see an empty subject line.
send-no-file-title = Send without an attachment?
send-no-both-title = Send without a subject and an attachment?
send-no-file-text = Your text says “{ $word }”, and no file is attached.
templates = Templates
templates-none = There are none yet. Keep a text you write often, and begin with it next time.
template-name = Name
template-keep = Keep this message as a template
template-kept = “{ $name }” is kept
template-gone = “{ $name }” is deleted
template-delete = Delete { $name }
template-secret = This message is or may be encrypted. It cannot be kept as a template, because the server would hold its text in clear.
send-no-signer = You have no certificate to sign with. Import your .p12 file in Settings › Security, or choose “Do not sign or encrypt” for this message.
send-no-keyring = Signing and encrypting are not available in this browser just now. The message was not sent.
send-changed = What the message was prepared for has changed meanwhile, for example the certificate of a recipient. Look at the recipients and send again.
send-failed = Not sent. { $why } What you wrote is kept.
send-refused = { $who }: the server answered “{ $reply }”
# --- what the organisation demands of mail that is read ---
policy-rule = rule “{ $rule }”
policy-default = its default
policy-met = As your organisation demands of mail from { $who } ({ $rule }).
policy-unknown = What your organisation demands of this message could not be found out.
policy-refused-signed = Your organisation demands a valid signature on mail from { $who } ({ $rule }).
policy-refused-encrypted = Your organisation demands that mail from { $who } is encrypted ({ $rule }).
policy-why-unsigned = This message is not signed. Ask the sender by another way before you act on it.
policy-why-corrupt = The signature of this message does not hold: it was changed, or is damaged.
policy-why-untrusted = Nobody you trust vouches for the signature of this message.
policy-why-expired = The certificate of its signature had expired.
policy-why-revoked = The certificate of its signature was revoked.
policy-why-mismatch = It was signed by somebody else than the sender.
policy-why-revocation-unknown = Whether the certificate of its signature was revoked could not be found out.
policy-why-opaque = This message could not be opened, so nobody can say who signed it.
policy-why-not-encrypted = This message came in clear: others may have read or changed it on its way.
policy-why-no-key = You have no key that opens this message.
policy-why-other = This message is not as demanded.
# --- what the organisation's rules say of a message that is written ---
rule-lock-sign = Your organisation demands a signature to { $who } (rule “{ $rule }”).
rule-lock-encrypt = Your organisation demands encryption to { $who } (rule “{ $rule }”).
rule-default-sign = Your organisation demands a signature to { $who }.
rule-default-encrypt = Your organisation demands encryption to { $who }.
rule-note = { $said } “{ $note }”
rule-trigger-sign = The subject asks for a signature.
rule-trigger-encrypt = The subject asks for encryption.
rule-subject = The subject leaves as “{ $subject }”.
rule-subject-differs = The subject would leave as “{ $subject }”, which was not shown to you. Nothing was signed or sent. Look at it, and send again.
rule-raised = It is set to “{ $mode }” now. Look at it, and send again.
rule-no-plan = Your plan has no S/MIME, so this cannot be sent. Ask your administrator.
rule-no-signer = Your organisation demands a signature, and you have no certificate to sign with. Import your .p12 file in Settings › Security, or ask your administrator.
rule-by = rule “{ $rule }”
rule-by-default = default of your organisation
rule-by-trigger = subject
rule-level-sign-on = Signature wished for
rule-level-sign-require = Signature demanded
rule-level-encrypt-on = Encryption wished for
rule-level-encrypt-require = Encryption demanded
rule-wish-sign = Your organisation wishes for a signature (rule “{ $rule }”). You may choose otherwise.
rule-wish-encrypt = Your organisation wishes for encryption (rule “{ $rule }”). You may choose otherwise.
rule-wish-sign-declined = Your organisation wishes for a signature (rule “{ $rule }”); this message goes without.
rule-wish-encrypt-declined = Your organisation wishes for encryption (rule “{ $rule }”); this message goes without.
rules-unknown = What your organisation demands of this message is not known.
rules-late = Your organisation’s rules have not answered yet.
rules-unknown-means = Until there is an answer it counts as a message that may have to be encrypted: no draft of it is kept in clear, and its spelling is not checked.
rules-unknown-kept = The draft that is kept already stays as it is. What you write from here on is kept when there is an answer, and its spelling is not checked until then.
rules-unknown-last = What was demanded last stays on.
rules-unknown-send = It is asked again by itself, and when you send.
rules-again = Ask again
rules-known = What your organisation demands of this message is known now.
err-rules-unknown = What your organisation demands of this message is not known.
demand-sign = Your organisation demands that messages to { $who } are signed (rule “{ $rule }”). Choose it under Security.
demand-encrypt = Your organisation demands that messages to { $who } are encrypted (rule “{ $rule }”). Choose it under Security.
demand-both = Your organisation demands that messages to { $who } are signed and encrypted (rule “{ $rule }”). Choose it under Security.
demand-subject-sign = The subject asks that this message is signed. Choose it under Security, or change the subject.
demand-subject-encrypt = The subject asks that this message is encrypted. Choose it under Security, or change the subject.
demand-subject-both = The subject asks that this message is signed and encrypted. Choose it under Security, or change the subject.
send-no-text = The editor did not hand over the text; please try again.
sent-partly = Sent, but not to everybody
sent-partly-text = The others have received it. You find it in Sent.
sent-unknown = It may have been sent
sent-unknown-text = The connection broke while it was being sent, and the server does not know yet what became of it. It is not sent again by itself.
sent-ask = Ask again

plan-lost-title = Signing and encryption are no longer part of your plan
plan-lost-text = You had chosen “{ $mode }” for this message. It is neither sent nor kept as a draft before you decide. Your administrator can turn them on again.
plan-lost-do = Go on without protection
plan-lost-confirm = Go on without protection?
plan-lost-unsigned = Recipients cannot check that it is from you and unchanged.

## Security of a message
mode-none = Do not sign or encrypt
mode-none-text = An ordinary message.
mode-sign = Sign
mode-sign-text = Recipients can check that it is from you and unchanged.
mode-encrypt = Encrypt
mode-encrypt-text = Only you and the recipients can read it.
mode-sign-encrypt = Sign and encrypt
mode-sign-encrypt-text = Both; recipients also see that it is from you.
security-this-message = For this message
opaque = Text inside the signature
opaque-text = Mail systems that change messages on the way cannot break the signature. Programs without S/MIME cannot read the message.
opaque-inside-text = For recipients whose programs expect it; the message is encrypted either way.
opaque-on = The text goes inside the signature.
opaque-off = The text stands beside the signature.
signer = Signed with
signature-kept = The signature was changed by hand and stays as it is.
security-locked = Your organisation demands that answers to encrypted mail are encrypted.
security-auto = Auto: { $what }
security-follows = Auto: follows what you chose last for these recipients. What you choose here holds for this message.
security-follow = Follow the recipients again
auto-less = For these recipients Auto chose “{ $mode }”, which is less than what was shown. Please look and send again.
auto-unknown = Not sent: it could not be found out how messages to these recipients are to be protected. Send again, or choose here how this one goes.
security-default = Your default: { $mode }
security-none = Not protected
security-sign = Will be signed
security-encrypt = { $all ->
    [0] Will be encrypted
   *[other] Encrypted for { $ready } of { $all }
}
security-sign-encrypt = { $all ->
    [0] Will be signed and encrypted
   *[other] Signed and encrypted for { $ready } of { $all }
}
security-recipients = Recipients
security-recipients-none = Recipients and their certificates appear here as soon as you enter them.
security-look-again = Look for certificates again
security-subject-note = The subject is not encrypted; servers can read it.
hide-subject = Hide the subject
hide-subject-text = Subject hidden from servers, not searchable: they see “[...]”. Recipients see it after opening.
subject-seen = Servers can read the subject.
subject-hidden = Servers see “[...]” instead of the subject.
subject-hide = Hide it
subject-show = Do not hide it
security-spell-note = Spell check is off, so that what you type is not sent to a checking service.
security-draft-note = Drafts of this message are kept encrypted to yourself.
security-no-signer = You have no certificate to sign with yet. Import your .p12 file in Settings › Security.
security-reply-plain = The message you answer was encrypted. Your answer will not be.
security-late = Text typed before you turned encryption on may have been checked by your browser.
spell-off = Spell check off
spell-off-why = Spell check is off because this message is or may be encrypted.
spell-title = Spelling
spell-count = { $n ->
    [one] Spelling: { $n } word
   *[other] Spelling: { $n } words
}
spell-next = { $n ->
    [one] Look at { $n } word
   *[other] Look at { $n } words
}
spell-none = No mistakes found
spell-language = Language
spell-auto = Find out by the text
spell-auto-found = Found out: { $language }
spell-not = No spell check
spell-nothing = No suggestions
spell-add = Add to my words
spell-ignore = Ignore here
spell-skip = Next word
spell-added = “{ $word }” added to your words
recipient-ready = Can receive encrypted mail
recipient-none = No certificate known
recipient-expired = Certificate has expired
recipient-not-yet-valid = Certificate is not valid yet
recipient-weak = Certificate is too weak
recipient-untrusted = Certificate is not trusted
recipient-revoked = Certificate was revoked
recipient-revocation-unknown = Could not check whether the certificate was revoked
recipient-pending-change = Can receive encrypted mail; a new certificate waits for you
recipient-invalid-address = Not an e-mail address
recipient-unknown = Looking for a certificate…
recipient-not-told = Not known yet; it is asked again
recipient-why-none = no certificate
recipient-why-expired = expired { $date }
recipient-why-not-yet-valid = certificate not valid yet
recipient-why-weak = certificate too weak
recipient-why-untrusted = certificate not trusted
recipient-why-revoked = certificate revoked
recipient-why-revocation-unknown = revocation could not be checked
recipient-why-invalid-address = not an address
recipient-why-unknown = not found yet
certificate-expires = Expires
certificate-until = until { $date }
certificate-harvested = from a signed message
certificate-contact = from your contacts
certificate-registered = registered by your organisation
certificate-directory = from your organisation
certificate-ldap = from the directory
certificate-imported = added by you
certificate-own = your own
cannot-encrypt = Cannot encrypt to
cannot-encrypt-text = A signed message from them is enough: their certificate is then taken over by itself.
cannot-encrypt-untrusted = A signed message from them comes with it: its details let you trust the certificate or its issuer, if you know that it is theirs.
cannot-find = Find certificates
cannot-found-none = Nothing that can be used was found. { $n ->
    [one] A signed message from them is enough; you can ask for one.
   *[other] A signed message from each of them is enough; you can ask for one.
}
cannot-none-left = Everyone can be encrypted to now.
cannot-ask = { $n ->
    [one] Ask for the certificate
   *[other] Ask all { $n } for their certificates
}
cannot-ask-again = Ask again
cannot-ask-rule = The rule lets no unencrypted request for a certificate go to { $who } either. Ask by telephone, for example, or have your administrator register the certificate. Until then the message can wait in Drafts, encrypted.
cannot-ask-unknown = Whether the rule lets an unencrypted request for a certificate go to { $who } could not be asked. { $why } It is asked again by itself. Until then the message can wait in Drafts, encrypted.
cannot-ask-rules = Ask the rules again
cannot-remove = { $n ->
    [one] Remove this recipient
   *[other] Remove these { $n } recipients
}
cannot-removed = { $n ->
    [one] One recipient was removed.
   *[other] { $n } recipients were removed.
}
cannot-split = { $n ->
    [one] Encrypt to the others, to this one signed only…
   *[other] Encrypt to the others, to these { $n } signed only…
}
cannot-plain = Send everything unencrypted…
cannot-plain-title = Send without encryption?
cannot-plain-text = Everyone who carries this message can read it.
cannot-plain-reply-text = You are answering an encrypted message. Everyone who carries your answer could read it, and whatever it quotes.
cannot-plain-do = Do not encrypt
cannot-plain-send = Send unencrypted
cannot-cut = Take out the quoted text
cannot-clear-look = This answer is no longer encrypted. Look through it once more, then send it.
cannot-clear-forbidden = Your organisation does not allow sending this without encryption.
ask-title = Ask for a certificate?
ask-to = { $n ->
    [one] This message, signed by you, goes to
   *[other] This message, signed by you, goes to each of these separately:
}
ask-waits = Nothing of your message is in it. Your message waits in Drafts, encrypted. When you have read the answer, you are told that it can be sent.
ask-do = { $n ->
    [one] Send the request
   *[other] Send { $n } requests
}
ask-subject = Please send me a signed message
ask-note-hello = Hello,
ask-note-why = I would like to write to you encrypted (S/MIME), but I do not have your certificate yet.
ask-note-how = Please answer this message and sign your answer: your mail program sends your certificate along with the signature. From then on I can encrypt to you.
ask-note-mine = This message is signed, so you have my certificate now.
ask-done = { $n ->
    [one] The request was sent.
   *[other] { $n } requests were sent.
}
ask-since = asked on { $date }
ask-waiting = You have asked. This message waits in Drafts, encrypted; when the answer has been read, you are told.
ask-aside = Close and wait
ask-no-draft = You have no valid certificate of your own, so this message cannot be kept encrypted and cannot wait. Nobody was asked.
ask-not-kept = The message could not be kept encrypted in Drafts. Nobody was asked.
ask-failed = Nobody was asked. { $why }
ask-partly = { $n ->
    [one] One request was sent, then: { $why }
   *[other] { $n } requests were sent, then: { $why }
}
split-title = Send in two ways?
split-secret = Encrypted, as it is, to
split-clear = Signed only, readable for everyone who carries it (text, subject and attachments), to
split-apart = Each of the two messages names only its own recipients.
split-do = Send both
split-not-kept = The copy for those who cannot be encrypted to could not be kept. Nothing was sent.
split-waits = This copy has not been sent: first it has to be clear what became of the encrypted message.
lookup-timeout = The directory did not answer in time.
lookup-down = The directory could not be asked.
lookup-refused = The directory refers to another one, which is not asked.
lookup-failed = Certificates could not be looked for. { $why }
lookup-throttled = The directory was asked often just now. Try again in { $n } s.
lookup-throttled-minutes = The directory was asked often just now. Try again in { $n } minutes.
set-lookups = Look up certificates in the directory
set-lookups-inside-hint = Certificates that colleagues on this server list are used when no other is known. They are judged like any other certificate.
set-listed = List my certificate for colleagues
set-listed-hint = People of your organisation on this server can then encrypt to you, even if you never wrote to each other. It is the certificate that also goes along with your signed mail, never the key.
set-lookups-hint = Certificates that colleagues on this server list are used when no other is known. Where there is none either, the directory of your organisation is told whom you write to. What is found is judged like any other certificate.
request-answer = You are asked for your certificate: it goes along with the signature of this answer.
request-answer-unsigned = You are asked for your certificate, but without a signature this answer does not bring it.
request-with-key = The sender would like to encrypt to you and asks for your certificate. Answer this message: the answer is signed, and your certificate goes along.
request-without-key = The sender would like to encrypt to you and asks for your certificate, but there is no key here yet. Import a .p12 file or make a new key, then answer this message.
request-keys = Go to your keys
waiting-arrived = You can encrypt to { $addresses } now: a message waits for it.
waiting-open = Open it
waiting-send = Send it now
row-waits = Waits for a certificate
row-ready = Can be sent

## News from the server
link-offline = Offline
link-offline-text = You see what was loaded before. It is brought up to date as soon as there is a network.
link-lost = Reconnecting…
link-lost-text = The server cannot be reached just now. New mail appears as soon as it can.
notify-new = New message
notify-many = { $n ->
    [one] { $n } new message
   *[other] { $n } new messages
}
set-notify = Notifications
set-notify-desktop = Tell of new mail on the desktop
set-notify-desktop-hint = While a tab of Waxseal is open and none of them is looked at. Your browser asks for permission first.
set-notify-details = Show sender and subject
set-notify-details-hint = Of encrypted mail only that there is a new message, in any case.
set-notify-refused = Your browser does not allow it. You can change that in its settings for this site.
set-notify-none = This browser cannot show notifications.

## Settings of the mailbox and the account
settings-list = Message list
settings-reading = Reading
settings-notifications = Notifications
settings-filters = Filters and vacation
settings-account = Account and sessions
set-language-browser = Like the browser
set-dates = Style of dates
set-dates-default = Like the language
set-dates-hint = How days and times are written in lists and messages.
set-zone = Time zone
set-zone-browser = Like this device ({ $zone })
set-zone-hint = Times of messages are told in this zone, wherever you are.
set-threads = Show conversations
set-threads-hint = A message and its answers are one row.
set-snippets = Show the first words
set-snippets-hint = A line of the text below the subject. Encrypted messages show none.
set-preview = Reading pane
set-preview-right = Beside the list
set-preview-below = Below the list
set-preview-none = No pane
set-sort = Sort by
set-sort-arrival = Arrival
set-sort-date = Date
set-sort-from = Sender
set-sort-to = Recipient
set-sort-subject = Subject
set-sort-size = Size
set-order = Order
set-order-desc = Newest or largest first
set-order-asc = Oldest or smallest first
set-labels = Edit labels
set-labels-hint = Names and colours of your labels.
set-mark-after = Mark as read
set-mark-at-once = At once
set-seconds = { $n ->
    [one] After a second
   *[other] After { $n } seconds
  }
set-images = Pictures from outside
set-images-ask = Ask each time
set-images-ask-text = Nothing is loaded before you say so, or for senders you have chosen.
set-images-always = Always show
set-images-always-text = This server fetches them: senders learn that a message was opened, but not where you are.
set-images-never = Never show
set-images-never-text = Senders learn nothing.
set-senders = Senders whose pictures are shown
set-senders-remove = Show pictures of { $address } no longer
identity-default = New messages begin with this
identity-make-default = Begin new messages with this
identity-remove = Remove the identity { $name }
identity-remove-tip = Remove
identity-reply-to = Replies go to (only if elsewhere)
identity-add = Add an identity
identity-add-hint = Another name or signature for the same address. Further addresses come from whoever runs this server.
sessions-title = Where you are signed in
sessions-hint = End what you do not know, and change your password then.
sessions-on = { $browser } on { $system }
sessions-unknown = Unknown program
sessions-this = this browser
sessions-now = in use now
sessions-used = used { $when }
sessions-since = since { $date }
sessions-end = Sign out
sessions-end-one = Sign out { $what }
sessions-ended = Signed out there.
sessions-all = Show all { $n }
sessions-everywhere = Sign out everywhere
totp-title = Code at sign-in
totp-hint = Besides the password, sign-in asks for a code from an app on your phone. Mail programs that use the mail server directly are not affected.
totp-on = on
totp-off = off
totp-since = Since { $date }. { $n ->
    [one] One recovery code is left.
   *[other] { $n } recovery codes are left.
  }
totp-few-codes = Few recovery codes are left. Make new ones before you need them.
totp-turn-on = Turn on
totp-turn-off = Turn off
totp-new-codes = New recovery codes
totp-start-text = Enter your password to begin.
totp-off-text = Enter your password and a code. Sign-in asks for the password only from then on.
totp-recovery-text = The recovery codes of before stop working.
totp-scan = Scan this with your authenticator app, then enter the code it shows.
totp-qr = QR code for the authenticator app
totp-by-hand = Enter the key by hand instead
totp-confirm = Confirm
totp-step-start = Code at sign-in: your password
totp-step-scan = Code at sign-in: scan and confirm
totp-step-codes = Your recovery codes
totp-step-off = Turn off the code at sign-in
totp-step-recovery = New recovery codes
totp-codes-text = Each of these lets you in once when you do not have your phone. Keep them where you keep important papers: they are shown only now.
totp-codes-save = Save as a file
totp-codes-kept = I have kept them
totp-codes-file = Recovery codes of { $address } for Waxseal. Each works once.
totp-code-wrong = This code is wrong or was used already. Codes change every 30 seconds.
totp-is-off = The code at sign-in is off.
ask-password-wrong = This password is wrong.
export-title = Your data
export-text = Settings, contacts, certificates, key files (still encrypted) and sessions as one JSON file. Your mail is on the mail server and not part of it.
export-do = Download
export-ask = Key files are in it too. Please confirm with your password that it is you.
delete-data = Delete my data
delete-data-hint = Deletes all that Waxseal keeps of you and signs you out everywhere. Your mail and your account on the mail server stay.
delete-data-open = Delete…
delete-data-text = Settings, contacts, certificates and stored key files are deleted for good. Mail is not touched.
delete-data-keys = Without a backup of your key file you can never read your encrypted mail again.
delete-data-do = Delete for good
filters-not-offered = This mail server offers no filters.
filters-conflict = The filters were changed elsewhere meanwhile. This is how they are now.
filters-changed = Somebody changed the script “{ $name }” by hand, so it is shown as text.
filters-foreign = Your mail server uses the script “{ $name }”, which another program wrote. It is shown as text and stays as it is until you change it.
filters-script = Script “{ $name }”
filters-script-hint = In the language Sieve (RFC 5228). The mail server checks it before it is saved.
filters-script-save = Check and save
filters-take-over = Use the editor instead
filters-take-over-text = The filters of the editor take the place of the script. A script of another program is kept and can be switched on again.
filters-take-over-do = Use the editor
filters-others = Other scripts
filters-others-hint = One script at a time is in use.
filters-ours = Filters of this page
filters-activate = Use this one
vacation-title = Vacation message
vacation-hint = Answers mail to you while you are away; never lists, and nobody twice.
vacation-on = Answer mail
vacation-on-hint = Switched off, what is written here is kept and nobody is answered.
vacation-state-off = Off: nobody is answered.
vacation-state-on = On until you switch it off.
vacation-state-from = On from { $from } until you switch it off.
vacation-state-until = On, up to and including { $until }.
vacation-state-range = On from { $from } to { $until }.
vacation-state-over = The last day, { $until }, is over: nobody is answered.
vacation-not-offered = This mail server cannot answer by itself.
vacation-from = First day
vacation-until = Last day
vacation-subject = Subject
vacation-text = Text
vacation-once = Answer each sender only once
vacation-once-hint = In the whole time you are away.
vacation-days = Days before the same sender is answered again
vacation-addresses = My other addresses
vacation-addresses-hint = Only mail to one of your addresses is answered.
vacation-plain = The mail server sends this, so it is neither signed nor encrypted.
vacation-subject-first = Away
vacation-text-first = Thank you for your message. I am away and will answer when I am back.
forward-title = Forward mail
forward-ask = Mail will be sent to an address it did not go to before. Please confirm with your password that it is you.
forward-do = Confirm
filters-old-folder = { $n ->
    [one] A filter still puts mail into “{ $folder }”: { $names }
   *[other] { $n } filters still put mail into “{ $folder }”: { $names }
}
filters-old-script = Your filter script still names “{ $folder }”.
filters-look = Show filters
rules-title = Filters
rules-hint = What arrives is looked at from top to bottom. The text of encrypted messages cannot be looked at.
rules-none = There are no filters yet.
rule-add = New filter
rule-removed = Filter removed.
rule-unnamed = Filter { $n }
rule-up = Move { $name } up
rule-up-tip = Up
rule-down = Move { $name } down
rule-down-tip = Down
rule-edit = Edit
rule-edit-name = Edit { $name }
rule-remove = Remove { $name }
rule-remove-tip = Remove
rule-on = { $name } is on
rule-name = Name (optional)
rule-if = If
rule-then = Then
rule-always = Every message that arrives.
rule-match = How conditions count
rule-match-all = all of these are true
rule-match-any = any of these is true
rule-and = and
rule-or = or
rule-field = What to look at
rule-header-name = Name of the header
rule-op = How to compare
rule-value = Text
rule-size = Kilobytes
rule-condition-add = Another condition
rule-condition-remove = Remove this condition
rule-action = What to do
rule-action-add = Another action
rule-action-remove = Remove this action
rule-folder = Folder
rule-folder-gone = { $name } (not there)
rule-label = Label
rule-address = Address
rule-choose = Choose…
rule-stop = Stop here
rule-stop-hint = Filters below are not looked at for this message.
rule-forward-hint = A copy stays here. Forwarding to an address outside may be against the rules of your organisation.
rule-discard-hint = The message is gone for good and in no folder.
rule-save = Save
rule-field-from = From
rule-field-to = To
rule-field-cc = Cc
rule-field-recipient = To or Cc
rule-field-subject = Subject
rule-field-list = Mailing list
rule-field-body = Text
rule-field-header = Another header
rule-field-size = Size
rule-field-attachment = Attachment
rule-op-contains = contains
rule-op-not-contains = does not contain
rule-op-is = is
rule-op-is-not = is not
rule-op-begins = begins with
rule-op-ends = ends with
rule-op-over = is more than
rule-op-under = is less than
rule-op-yes = is there
rule-op-no = is not there
rule-action-move = Move to
rule-action-copy = Copy to
rule-action-label = Label
rule-action-read = Mark as read
rule-action-star = Star
rule-action-forward = Forward to
rule-action-keep = Keep in the inbox
rule-action-discard = Delete at once
rule-attachment-yes = there is an attachment
rule-attachment-no = there is no attachment
rule-words = If { $conditions }: { $actions }
rule-words-always = Always: { $actions }
rule-words-condition = { $field } { $op } “{ $value }”
rule-words-size = the size { $op } { NUMBER($n) } KB
rule-words-move = move to “{ $value }”
rule-words-copy = copy to “{ $value }”
rule-words-label = label “{ $value }”
rule-words-forward = forward to { $value }
rule-words-stop = stop
retry = Try again
remove = Remove
continue = Continue

## Contacts
contacts = Contacts
contacts-back = Back to the contacts
save = Save
person-region = Contact
person-new = New contact
person-none = Nobody is open
person-none-how = Choose somebody from the list to see addresses, notes and certificates.
person-no-name = (No name)
person-more-addresses = and { $n } more
person-waits = A certificate waits for your decision
person-ready = Can be encrypted to
person-name = Name
person-address = E-mail address
person-addresses = E-mail addresses
person-phone = Phone
person-notes = Notes
person-photo = Photograph
person-groups = Groups
person-certificates = Certificates
person-no-certificates = No certificate yet. It comes by itself with a signed message that is confirmed, or from a file you were given.
person-certificate-add = Add a certificate file
person-edit = Edit
person-edit-title = Edit contact
person-edit-back = Back to the contact
person-mails = Mail with this person
person-write-to = Write to { $address }
person-copy = Copy { $address }
person-remove = Remove
person-remove-title = Remove { $name } from your contacts?
person-remove-how = { $n ->
    [one] One certificate goes too. It cannot be brought back by Undo; it comes again with the next signed message that is confirmed.
   *[other] { $n } certificates go too. They cannot be brought back by Undo; they come again with the next signed messages that are confirmed.
  }
person-remove-plain = This cannot be undone.
person-removed = { $name } was removed.
person-saved = { $name } was saved.
person-failed = This contact could not be loaded
person-gone = This contact is no longer there
person-gone-how = It was removed, or has become one with another contact.
person-gone-editing = This contact was removed elsewhere meanwhile. What you typed is still here; you can save it as a new contact.
person-save-new = Save as new
person-address-n = E-mail address { $n }
person-address-add = Add an address
person-address-remove = Remove address { $n }
person-address-remove-tip = Remove address
person-address-wrong = This is not an e-mail address.
person-address-none = A contact needs an e-mail address.
person-addresses-full = A contact has at most { $n } addresses.
person-address-owner = { $address } belongs to { $name } already. What you typed is still here.
person-owner-open = Open { $name }
person-label = Label
person-label-n = Label of address { $n }
person-label-long = This label is too long.
person-too-long = This is too long (at most { $n } bytes; letters with accents count twice).
label-work = Work
label-home = Home
label-other = Other
person-discard-title = Throw away what you typed?
person-discard-how = It has not been saved.
person-discard = Throw away
person-changed = This contact was changed elsewhere while you were editing it.
person-changed-kept = Nothing you typed is lost. Look at it and save once more.
person-changed-taken = Taken over from there: { $fields }.
person-changed-theirs = { $field } there:
person-take-theirs = Take this
person-empty = (empty)
person-namesakes = { $n ->
    [one] Somebody else in your contacts is also called { $name }.
   *[other] { $n } others in your contacts are also called { $name }.
  }
person-namesakes-look = Compare and merge…
photo-choose = Choose a photograph
photo-set = The photograph was saved.
photo-remove = Remove the photograph
photo-removed = The photograph was removed.
photo-none = “{ $file }” is no picture this browser can read.
people-search = Find by name or address
people-find = Find people
people-group-filter = Group
people-everyone = Everyone
people-count = { $n ->
    [0] Nobody
    [one] One person
   *[other] { $n } people
  }
people-chosen = { $n ->
    [one] One chosen
   *[other] { $n } chosen
  }
people-clear = Choose nobody
people-group = Add to group
people-merge = Merge…
people-write = Write to them
people-write-many = A message takes { $n } recipients at most.
people-remove = Remove them
people-remove-many = At most { $n } contacts are removed at once.
people-remove-title = { $n ->
    [one] Remove { $n } contact?
   *[other] Remove { $n } contacts?
}
people-remove-certificates = { $n ->
    [one] { $n } certificate that came with mail goes with them. This cannot be undone.
   *[other] { $n } certificates that came with mail go with them. This cannot be undone.
}
people-remove-plain = This cannot be undone.
people-remove-do = { $n ->
    [one] Remove { $n } contact
   *[other] Remove { $n } contacts
}
people-removed = { $n ->
    [one] { $n } contact was removed.
   *[other] { $n } contacts were removed.
}
people-failed = The contacts could not be loaded
people-none = No contacts yet
people-none-how = People whose signed mail you read come by themselves. You can also add somebody, or bring your contacts from another program.
people-none-found = Nobody found
people-none-found-how = Try the beginning of a name or of an address.
met-title = You have written to
met-add = Add { $name } to your contacts
met-add-tip = Add to contacts
met-forget = Propose { $name } no longer
met-forget-tip = Propose no longer
met-forgotten = { $address } is proposed no longer.
circle-new = New group
circle-edit = Group “{ $name }”…
circle-option = { $name } ({ $n })
circle-name = Name of the group
circle-name-missing = A group needs a name.
circle-members = Members
circle-no-members = Nobody is in it yet.
circle-add = Add somebody
circle-add-hint = Name or e-mail address
circle-added = { $name } was added.
circle-nobody = Nobody is found for “{ $text }”. Choose somebody from the list, or type a whole address.
circle-full = A group has at most { $n } members.
circle-take-out = Take { $name } out
circle-take-out-tip = Take out
circle-make = Make group
circle-remove = Remove group
circle-removed = The group “{ $name }” was removed; its people stay.
circle-write = Write to all
circle-which = Into which group?
circle-has = { $n ->
    [one] “{ $name }” has one member now.
   *[other] “{ $name }” has { $n } members now.
  }
circle-changed = The group was changed elsewhere while you were editing it. What was done there is taken over, and what you did is still here; save once more.
circle-gone = The group was removed elsewhere.
circle-empty = Nobody in this group
circle-empty-how = It may hold plain addresses that are no contacts; they are listed with the group itself (menu, Group…).
merge-title = { $n ->
    [one] One contact
   *[other] Make one contact of { $n }
  }
merge-how = Addresses, certificates and notes of all come together. Name, phone and photograph are those of the first one, where it has them; other phone numbers go into the notes.
merge-first = Whose name leads?
merge-out = This is what comes out
merge-groups = { $n ->
    [one] One group
   *[other] { $n } groups
  }
merge-certificates = { $n ->
    [one] One certificate
   *[other] { $n } certificates
  }
merge-no-undo = This cannot be undone.
merge-waits = A certificate from mail that names an address of another of them waits for your decision before it is used.
merge-too-many-addresses = Together they have more than 20 addresses. Remove some first.
merge-notes-long = Together their notes are too long. Shorten some first.
merge-changed = One of them was changed meanwhile. This is how they are now; look once more.
merge-gone = One of them is no longer there.
merge-many = At most { $n } contacts become one at a time.
merge-do = Make one contact
merge-done = { $name } is one contact now.
cards-import = Import contacts
cards-export-4 = Export (vCard 4)
cards-export-3 = Export for older programs (vCard 3)
cards-exported = Your contacts were saved as contacts.vcf.
cards-how = A vCard file (.vcf) as other mail programs and phones export it, up to 10 MB. Who is known by an address gets what is missing; nothing of yours is overwritten.
cards-choose = Choose a file
cards-drop = or drop it here
cards-busy = Reading…
cards-empty = “{ $file }” is empty.
cards-large = “{ $file }” is larger than 10 MB. Export it in parts.
cards-unreadable = “{ $file }” cannot be read. Is it a folder, or was it moved?
cards-none = “{ $file }” holds no vCard.
cards-report = What was imported
cards-done = { $added ->
    [0] Nobody was new
    [one] One person was added
   *[other] { $added } people were added
  }, { $changed ->
    [0] nobody was changed
    [one] one got what was missing
   *[other] { $changed } got what was missing
  }.
cards-known = All of it was here already. Nothing was changed.
cards-skipped = Left out
cards-parts = Without these parts
cards-line = Line
cards-who = Who
cards-why = What
cards-more = { $n ->
    [one] and one more line
   *[other] and { $n } more lines
  }
cards-again = Another file
vcard-no-address = Has no e-mail address
vcard-address-taken = Its addresses belong to two of your contacts
vcard-full = Your contacts are full (20,000)
vcard-key-damaged = The certificate is damaged
vcard-key-address = The certificate names no address of this person
vcard-key-full = There is no room for another certificate
vcard-key-feature = Certificates are not part of your plan
vcard-key-kind = The key is no S/MIME certificate
vcard-key-more = More than 8 certificates
vcard-address-bad = An address that is none
vcard-address-more = More than 20 addresses
vcard-name-cut = The name was too long and was cut
vcard-phone-cut = The phone number was too long and was cut
vcard-phone-more = More than one phone number: the first one is kept
vcard-notes-cut = The notes were too long and were cut
vcard-organization = The company
vcard-title = The job title
vcard-postal = The postal address
vcard-url = Web addresses
vcard-birthday = The birthday
vcard-other = A part that is not kept here
# Undo send
settings-composing = Writing
set-undo = Undo send
set-undo-off = Off: messages leave at once
set-undo-hint = A message waits this long before it is sent, and can be taken back. It is signed in this window: if you close it before, the message is not sent, and you are told at the next sign-in.
palette-words-composing = undo send, delay, wait, recall, writing
held-sending = Sending…
held-leave-title = { $n ->
    [one] A message has not been sent yet
   *[other] { $n } messages have not been sent yet
}
held-leave-text = It is still waiting, and only this window can send it. If you sign out now, it stays in Drafts and is not sent.
held-late = This window slept while its time came, and other windows have shown it as not sent. Look whether it was sent from elsewhere before you send it.
held-leave-do = Sign out without sending
unsent-title = { $n ->
    [one] A message was not sent
   *[other] { $n } messages were not sent
}
unsent-text = The window was closed before. Nobody has received anything; what was written is in Drafts.
unsent-encrypted = Encrypted draft, { $date }
row-unsent = Not sent
row-leaving = About to be sent
unsent-open = Open
unsent-send = Send
unsent-open-what = Open: { $name }
unsent-send-what = Send: { $name }
unsent-keep = Keep as a draft: { $name }
unsent-kept = Kept in Drafts.

# Drafts that are never lost
draft-was-plain = Encrypted from now on. The draft that was in the clear is deleted; copies in backups of the server may remain.
discard-newer = This draft was changed or sent in another window. That text stays; what was here is discarded.
send-apart = This message was changed in another window, so it was not sent. What is written here is now a draft of its own, the other text is in the drafts. Look at both before you send one.
draft-apart = This message was changed or sent in another window. What is written here is kept as a draft of its own.
send-broke-off = The server broke off before it was sent.
sent-before = It was sent already
sent-before-text = This message left from another window, or before this draft was opened. It is not sent again by itself.
sent-anew = Make a new message of it
sent-anew-title = A new message with the same words?
sent-anew-text = If the first one arrived, recipients who get the new one have it twice.

# What a writer asks for beside the text
wishes = Asked for with this message
wishes-more = More options
wish-off = Take off: { $what }
wish-gone = Taken off: { $what }
priority = Priority
priority-high = High
priority-normal = Normal
priority-low = Low
priority-high-said = High priority
priority-normal-said = Normal priority
priority-low-said = Low priority
receipt-ask = Ask for a read receipt
receipt-ask-on = A read receipt is asked for
receipt-ask-off = No read receipt is asked for
receipt-ask-seen = A read receipt is asked for, but not of blind recipients
receipt-wanted = The sender asks for a read receipt. None is sent.
receipt-blind-only = Blind recipients are not asked for a read receipt, and there are no others. Take it off to send.
reports = Delivery report
report-success = when it is delivered
report-delay = when it is delayed
report-failure = when it fails
report-on = Delivery report: { $what }
report-off = No delivery report: { $what }
report-unavailable = Your outgoing mail server offers no delivery reports. Take them off to send the message without them.
letters-unavailable = Your outgoing mail server cannot send to or from addresses with letters like “ü” before the @. Use another address; the draft is kept.
