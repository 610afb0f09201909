// Conversations: [subject, [[writer, to, days ago, text], ...], options]. Days may be fractions.
export const threads = [
  ['Aurora: site visit on Thursday', [
    ['marta', ['alice', 'bob'], 3.4, `Hello Alice, hello Bob,

the crane comes down on Wednesday evening, so Thursday is the first day we can walk the whole roof. Shall we meet at 9:30 at the north gate? Please bring boots; the stairwell is still wet.

I will have the revised section drawings with me.

Best regards
Marta`],
    ['bob', ['marta', 'alice'], 3.1, `9:30 works for me. I'll bring the moisture readings from last week, two of them are higher than I would like.

Bob`],
    ['alice', ['marta', 'bob'], 2.9, `Thursday 9:30 it is. Marta, could you also show us the cable route under the photovoltaic field? The insurer asked for photos.

Alice`],
    ['marta', ['alice', 'bob'], 2.2, `Of course. The electrician will be there from ten.

One more thing: the neighbours have asked whether the noise will be over before the exams. I told them Friday is the last loud day; please correct me if that is wrong.

Marta`],
  ]],
  ['Timber prices for the second quarter', [
    ['noah', ['alice'], 12.3, `Dear Alice,

as promised, the list for the second quarter. Glued laminated timber stays where it was; cross-laminated goes up by 3.5 %. If you place the order for Aurora before the end of the month we keep the old price.

Kind regards from Umeå
Noah`],
    ['alice', ['noah'], 11.8, `Dear Noah,

thank you, that helps. I need two days to get the final volumes from Marta, then you will have the order.

Alice`],
    ['noah', ['alice'], 11.6, `Perfect. I have reserved the volume until Friday, no obligation.

Noah`],
    ['noah', ['alice'], 6.1, `Hello Alice,

the saw mill confirmed the slot in week 14. The lorry needs a turning circle of 24 m, can you check that with the site?

Noah`],
  ]],
  ['Budget review, draft 3', [
    ['priya', ['alice', 'dave'], 8.5, `Hi both,

draft 3 is attached to the board page. What changed since draft 2:

- travel is down by 18 % because the Lisbon meeting is online now
- the contingency is back at 7 %, as Dave asked
- licences are listed per seat, not per team

Could you look at lines 41 to 58 before Monday?

Priya`],
    ['dave', ['priya', 'alice'], 8.2, `Lines 41 to 50 look right. In 52 the maintenance contract is counted twice: it is in 31 as well.

Dave`],
    ['priya', ['dave', 'alice'], 8.0, `Well spotted, thank you. Fixed in 3b.`],
    ['alice', ['priya', 'dave'], 7.4, `53 to 58 are fine with me. I would move the training budget to autumn, nobody has time before.

Alice`],
  ]],
  ['Lunch on Friday?', [
    ['carol', ['alice', 'bob'], 1.3, `The new place by the canal has a table for four at 12:30. Who is in?

Carol`],
    ['bob', ['carol', 'alice'], 1.2, 'Me!'],
    ['alice', ['carol', 'bob'], 1.1, 'Count me in. Dave too, I think; he said something about dumplings.'],
    ['carol', ['alice', 'bob', 'dave'], 1.0, 'Booked for four, under Chen.'],
  ]],
  ['Wasseranschluss Baufeld Nord', [
    ['jonas', ['alice'], 20.6, `Guten Tag Frau Archer,

der Anschluss für das Baufeld Nord kann ab Kalenderwoche 12 gesetzt werden. Voraussetzung ist, dass die Baustraße bis dahin befahrbar ist. Die Gebühren entnehmen Sie bitte dem Bescheid, der Ihnen per Post zugeht.

Mit freundlichen Grüßen
Jonas Größler
Stadtwerke Altenau`],
    ['alice', ['jonas'], 20.1, `Guten Tag Herr Größler,

vielen Dank für die schnelle Rückmeldung. Die Baustraße wird in KW 11 geschottert, wir melden uns mit einem Foto.

Viele Grüße
Alice Archer`],
    ['jonas', ['alice'], 5.3, `Guten Tag Frau Archer,

das Foto genügt, besten Dank. Der Trupp kommt am Dienstag zwischen 7 und 8 Uhr.

Mit freundlichen Grüßen
Jonas Größler`],
  ]],
  ['Logo: three directions', [
    ['yuki', ['alice'], 30.4, `Alice-san,

I attach three directions. The first is calm, the second is bold, the third is the one I would choose myself. Please look at them small, as they will be on the door sign, before you look at them large.

由紀`],
    ['alice', ['yuki', 'carol'], 29.7, `Dear Yuki,

I looked at them small first, and it is the third. Carol, do you agree?

Alice`],
    ['carol', ['alice', 'yuki'], 29.5, 'Third. No contest.'],
    ['yuki', ['alice', 'carol'], 28.9, `Then the third it will be. I send the final files on Tuesday, with a version for embroidery.

由紀`],
  ]],
  ['Contract with Atlântico: two questions', [
    ['omar', ['alice'], 41.2, `Dear Alice,

before you sign, two points:

1. Clause 7.2 lets either side end the contract with four weeks' notice. You had agreed on three months.
2. The annex names a data centre that they left last year. It is probably only an old template, but it should be right.

Everything else is in order.

Omar`],
    ['alice', ['omar', 'ines'], 40.8, `Dear Omar, thank you. Inês, could you have these two corrected?

Alice`],
    ['ines', ['alice', 'omar'], 40.1, `Olá Alice, dear Omar,

both corrected, the new version follows tomorrow. The four weeks were indeed from a template, sorry for that.

Um abraço
Inês`],
  ]],
  ['Sunday', [
    ['lena', ['alice'], 4.6, `Hi big sister,

Mum's birthday is on Sunday and I have the cake, but I do not have a plan how to get it into a train without a disaster. Are you driving?

L.`],
    ['alice', ['lena'], 4.5, `I am driving, and the cake gets its own seat belt. I'll pick you up at ten.

A.`],
    ['lena', ['alice'], 4.4, 'You are the best. It is lemon, and it is heavy.'],
  ]],
  ['Printer on the second floor', [
    ['dave', ['alice', 'bob', 'carol'], 15.2, `The printer on the second floor gets a new drum today. Until three o'clock please use the one next to the kitchen.

Dave`],
    ['bob', ['dave'], 15.1, 'The one next to the kitchen prints everything in magenta. Is that a feature?'],
    ['dave', ['bob', 'alice', 'carol'], 15.0, 'It is now.'],
  ]],
  ['Talk proposal for the spring conference', [
    ['priya', ['alice'], 55.3, `Hi Alice,

the call for talks closes in two weeks. Would you speak about how you run small sites without losing anybody's paperwork? Forty minutes, friendly audience.

Priya`],
    ['alice', ['priya'], 54.6, 'That could be fun. Let me write an abstract, you tell me whether anyone would come.'],
    ['priya', ['alice'], 48.0, 'Accepted, second day, right after lunch. I am sorry about the slot.'],
  ]],
  ['Handover of the keys, Lindenstraße 14', [
    ['tom', ['alice'], 72.5, `Alice,

the painters are done. Keys are with the caretaker, ground floor left, until Friday noon. There is one scratch on the kitchen door which was there before, I have a photo.

Tom`],
    ['alice', ['tom'], 72.2, 'Thanks Tom, I will fetch them tomorrow. The invoice can go straight to accounting.'],
  ]],
  ['Running on Wednesdays', [
    ['carol', ['alice', 'dave'], 100.4, `A few of us meet at the bridge at 18:00 on Wednesdays, seven kilometres, slow enough to talk. Join whenever you like.

Carol`],
    ['dave', ['carol', 'alice'], 100.1, 'How slow is slow?'],
    ['carol', ['dave', 'alice'], 100.0, 'We once were overtaken by a duck.'],
  ]],
  ['Photos from the summer party', [
    ['bob', ['alice', 'carol', 'dave'], 130.2, `The album is on the shared drive. Number 37 should never be shown to customers.

Bob`],
    ['carol', ['bob', 'alice', 'dave'], 130.0, 'Number 37 is my new desktop background.'],
  ]],
];

// Single messages: [from, days ago, subject, text, flags]
export const singles = [
  ['tom', 0.2, 'Paint for the stairwell', 'The grey you chose is sold out until May. The next lighter one is on the sample card, number 7044. Shall I take it?\n\nTom', []],
  ['ines', 0.35, 'Olá de Lisboa', 'Alice, the servers moved last night and nobody noticed, which is the best thing one can say about a move. The report follows.\n\nInês', []],
  ['dave', 0.6, 'Fire drill on Monday at 11', 'This is announced so that nobody can say it was not. Please use the stairs.\n\nDave', ['\\Seen']],
  ['omar', 1.8, 'Deadline for the comments: Friday', 'Only a reminder: comments on the draft lease are due on Friday at noon. I have none from your side yet.\n\nOmar', ['\\Flagged']],
  ['priya', 9.9, 'Slides', 'The template is on the board page. Please do not use the old one, it has the old logo on every second slide.', ['\\Seen', '\\Answered']],
  ['marta', 14.1, 'Windows, east side', 'The glazing on the east side will be delivered in two lots. The second lot has the curved panes, those are the ones I worry about.\n\nMarta', ['\\Seen']],
  ['yuki', 27.0, 'Final files', 'Here they are in every format I could think of. The embroidery file is the one ending in .dst.\n\n由紀', ['\\Seen']],
  ['noah', 33.4, 'Greetings from the saw mill', 'Forty centimetres of new snow, and the forwarder is stuck. The wood is patient. So are we.\n\nNoah', ['\\Seen']],
  ['carol', 64.0, 'Minutes of the works council', 'Short version: the bicycle room gets a second door, and the coffee stays free.', ['\\Seen']],
  ['jonas', 88.0, 'Ihre Anfrage vom 3. des Monats', 'Guten Tag Frau Archer,\n\nzu Ihrer Anfrage: Eine Verlegung des Zählers ist möglich, wenn der neue Standort frostfrei ist.\n\nMit freundlichen Grüßen\nJonas Größler', ['\\Seen']],
  ['lena', 121.0, 'Recipe', 'Two lemons more than you think, and no flour at all. Do not tell Mum.', ['\\Seen', '\\Flagged']],
  ['bob', 160.0, 'Old laptops', 'The old laptops are wiped and on the shelf. First come, first served.', ['\\Seen']],
  ['dave', 201.0, 'New password rules', 'There are no rules any more except length. Fourteen characters or more, and please not the name of the dog.', ['\\Seen']],
  ['priya', 240.0, 'Welcome back', 'Hope the leave was good. Nothing burnt down, apart from the toast.', ['\\Seen']],
  ['marta', 300.0, 'First sketch', 'A first sketch for Aurora is in the folder. It is meant to be wrong in interesting ways.', ['\\Seen']],
];
