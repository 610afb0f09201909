// Newsletters, receipts and machines' mail, with HTML as such senders write it (tables, inline styles).
const shell = (colour, brand, body, foot) => `<!DOCTYPE html><html><head><meta charset="utf-8"><style>
 .lead { font-size: 17px; } a { color: ${colour}; } @media (max-width: 600px) { .wrap { width: 100% !important; } }
</style></head><body style="margin:0;background:#f3f4f6">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f3f4f6"><tr><td align="center" style="padding:24px 8px">
<table role="presentation" class="wrap" width="600" cellpadding="0" cellspacing="0" style="background:#ffffff;border-radius:8px;font-family:Helvetica,Arial,sans-serif;color:#1f2937;font-size:15px;line-height:1.5">
<tr><td style="background:${colour};color:#ffffff;padding:20px 28px;font-size:20px;font-weight:bold;border-radius:8px 8px 0 0">${brand}</td></tr>
<tr><td style="padding:24px 28px">${body}</td></tr>
<tr><td style="padding:16px 28px;color:#6b7280;font-size:12px;border-top:1px solid #e5e7eb">${foot}</td></tr>
</table></td></tr></table></body></html>`;

const button = (colour, href, label) => `<table role="presentation" cellpadding="0" cellspacing="0" style="margin:16px 0"><tr><td style="background:${colour};border-radius:6px"><a href="${href}" style="display:inline-block;padding:10px 20px;color:#ffffff;text-decoration:none;font-weight:bold">${label}</a></td></tr></table>`;

const field = {
  from: { name: 'The Field Notes', address: 'letter@fieldnotes.example' }, colour: '#2f6f4e', brand: 'The Field Notes',
  list: '<weekly.fieldnotes.example>',
  issues: [
    [2.0, 'The quiet return of the hedge', 'Forty kilometres of new hedge were planted in the county last winter. What lives in them after one year is more than anyone had hoped: wrens, dunnocks, and one very surprised stoat.'],
    [9.0, 'Rain gardens, measured', 'A street in the old town replaced eleven parking spaces by rain gardens. After a year of measuring, the sewer below it has not once been full.'],
    [16.0, 'How to read a soil map', 'The colours are not what you think, the numbers are worse, and yet it is the most useful map you can own. A short guide with three examples.'],
    [23.0, 'Twelve trees for small gardens', 'Nothing on this list grows taller than six metres, and all of it flowers. We asked five nurseries which of them they would plant at home.'],
    [37.0, 'A winter without frost?', 'Apple growers speak about chilling hours, and what happens when there are not enough of them.'],
    [51.0, 'The owl box, year three', 'Three winters empty, and then on a Tuesday in March the camera showed two eyes.'],
  ],
};
const shop = { from: { name: 'Kontor Bürobedarf', address: 'bestellung@kontor-buero.example' }, colour: '#1d4ed8', brand: 'Kontor Bürobedarf' };
const orders = [
  [1.5, '40118', [['Ordner A4, 8 cm, grau', 12, 34.80], ['Trennblätter, 100 Stück', 3, 11.70]]],
  [46.0, '39541', [['Kopierpapier 80 g, 5 Pakete', 2, 47.90]]],
  [95.0, '38420', [['Whiteboard-Stifte, 8 Farben', 4, 27.60], ['Haftnotizen, gelb', 10, 9.90]]],
];
const rail = { from: { name: 'Nordbahn Tickets', address: 'noreply@nordbahn.example' }, colour: '#b91c1c', brand: 'Nordbahn' };
const trips = [
  [4.1, 'Altenau Hbf', 'Umeå C', '08:12', '21:47', 'Coach 7, seat 42, window'],
  [61.0, 'Altenau Hbf', 'Lindental', '16:05', '17:31', 'Coach 2, seat 15, aisle'],
  [118.0, 'Lindental', 'Altenau Hbf', '19:20', '20:48', 'Coach 3, seat 71, table'],
];
const monitor = { from: { name: 'Uptime monitor', address: 'monitor@atlantico.example' } };
const alarms = [
  [0.9, 'RECOVERED: web-02 answers again after 4 minutes'], [0.91, 'DOWN: web-02 does not answer'],
  [19.0, 'Certificate of mail.atlantico.example renewed'], [19.3, 'Weekly report: 99.98 % over 7 days'],
  [26.3, 'Weekly report: 100 % over 7 days'], [33.3, 'Weekly report: 99.71 % over 7 days'],
];
const museum = {
  from: { name: 'Museum of Everyday Things', address: 'news@everydaythings.example' }, colour: '#7c3aed', brand: 'Museum of Everyday Things', list: '<news.everydaythings.example>',
  issues: [
    [6.0, 'Late opening: teapots until midnight', 'On the last Thursday of the month the tea rooms stay open, and the curator explains why a good spout is harder than it looks.'],
    [34.0, 'New on the second floor: door handles', 'One hundred and twelve of them, and you may touch all but three.'],
    [68.0, 'The lost property room', 'Eighty years of umbrellas. Come and look for yours.'],
  ],
};

export function bulkMail() {
  const out = [];
  for (const s of [field, museum]) {
    for (const [days, subject, lead] of s.issues) {
      out.push({
        from: s.from, days, subject, folder: 'Newsletters',
        text: `${s.brand}\n\n${subject}\n\n${lead}\n\nRead more: https://www.${s.from.address.split('@')[1]}/letter\n`,
        html: shell(s.colour, s.brand, `<h1 style="font-size:22px;margin:0 0 12px">${subject}</h1><img src="https://img.${s.from.address.split('@')[1]}/header-${Math.round(days)}.jpg" width="544" height="180" alt="" style="display:block;border-radius:6px;background:#d1d5db"><p class="lead">${lead}</p>${button(s.colour, `https://www.${s.from.address.split('@')[1]}/letter/${Math.round(days)}`, 'Read the whole story')}<p>Until next week,<br>the editors</p><img src="https://track.${s.from.address.split('@')[1]}/open?u=alice" width="1" height="1" alt="">`,
          `You receive this letter because you asked for it. <a href="https://www.${s.from.address.split('@')[1]}/leave">Unsubscribe</a>`),
        more: [['List-Id', s.list], ['List-Unsubscribe', `<https://www.${s.from.address.split('@')[1]}/leave?u=alice>, <mailto:leave@${s.from.address.split('@')[1]}>`], ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'], ['Precedence', 'bulk']],
      });
    }
  }
  for (const [days, number, lines] of orders) {
    const total = lines.reduce((sum, [, , price]) => sum + price, 0);
    const rows = lines.map(([name, n, price]) => `<tr><td style="padding:6px 0">${name}</td><td align="right">${n}</td><td align="right">${price.toFixed(2).replace('.', ',')} €</td></tr>`).join('');
    out.push({
      from: shop.from, days, subject: `Ihre Bestellung ${number} ist unterwegs`, folder: 'Receipts',
      text: `Guten Tag Alice Archer,\n\nIhre Bestellung ${number} ist unterwegs.\n\n${lines.map(([a, n, p]) => `${n} x ${a}  ${p.toFixed(2)} EUR`).join('\n')}\n\nSumme ${total.toFixed(2)} EUR\n`,
      html: shell(shop.colour, shop.brand, `<p>Guten Tag Alice Archer,</p><p>Ihre Bestellung <b>${number}</b> ist unterwegs.</p><table width="100%" style="border-collapse:collapse">${rows}<tr><td style="padding:8px 0;border-top:1px solid #e5e7eb"><b>Summe</b></td><td style="border-top:1px solid #e5e7eb"></td><td align="right" style="border-top:1px solid #e5e7eb"><b>${total.toFixed(2).replace('.', ',')} €</b></td></tr></table>`, 'Kontor Bürobedarf GmbH, Hafenstraße 3, Altenau'),
    });
  }
  for (const [days, a, b, dep, arr, seat] of trips) {
    out.push({
      from: rail.from, days, subject: `Your ticket ${a} – ${b}`, folder: 'Receipts', pdf: [`Nordbahn ticket`, `${a} ${dep}`, `${b} ${arr}`, seat],
      text: `${a} ${dep}\n${b} ${arr}\n${seat}\n\nThe ticket is attached.\n`,
      html: shell(rail.colour, rail.brand, `<p style="font-size:18px"><b>${a}</b> ${dep}<br>↓<br><b>${b}</b> ${arr}</p><p>${seat}</p><p>Your ticket is attached. Have a good journey.</p>`, 'This mail was sent by a machine. Please do not answer it.'),
    });
  }
  for (const [days, subject] of alarms) out.push({ from: monitor.from, days, subject, folder: 'INBOX', text: `${subject}\n\nmonitor.atlantico.example\n`, more: [['Auto-Submitted', 'auto-generated']] });
  return out;
}
