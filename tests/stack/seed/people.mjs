// Who writes in the demo. All domains end in .test or .example and reach nobody.
export const people = {
  alice: { name: 'Alice Archer', address: 'alice@demo.test' },
  bob: { name: 'Bob Baker', address: 'bob@demo.test' },
  carol: { name: 'Carol Chen', address: 'carol@demo.test' },
  dave: { name: 'Dave Dunn', address: 'dave@demo.test' },
  mallory: { name: 'Mallory Moss', address: 'mallory@demo.test' },
  marta: { name: 'Marta Keller', address: 'marta@keller-architekten.example' },
  noah: { name: 'Noah Lindqvist', address: 'noah.lindqvist@lindqvist-timber.example' },
  priya: { name: 'Priya Raman', address: 'priya.raman@northbridge.example' },
  jonas: { name: 'Jonas Größler', address: 'j.groessler@stadtwerke-altenau.example' },
  yuki: { name: '佐藤 由紀', address: 'yuki@sato-design.example' },
  ines: { name: 'Inês Carvalho', address: 'ines@atlantico.example' },
  omar: { name: 'Omar Haddad', address: 'omar@haddad-legal.example' },
  lena: { name: 'Lena Archer', address: 'lena.archer@familymail.example' },
  tom: { name: 'Tom Weaver', address: 'tom@weaver.example' },
  stranger: { name: 'Sam Stranger', address: 'stranger@example.org' },
};
