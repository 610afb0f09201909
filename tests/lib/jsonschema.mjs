// As much of JSON Schema (2020-12) as docs/openapi.json uses: what is wrong with a value, or null.
export function fault(schema, value, all, at = '$') {
  if (schema.$ref) return fault(all[schema.$ref.replace('#/components/schemas/', '')] ?? { const: `no schema ${schema.$ref}` }, value, all, at);
  if (schema.anyOf) return schema.anyOf.some((s) => fault(s, value, all, at) === null) ? null : `${at}: none of its forms: ${JSON.stringify(value)?.slice(0, 80)}`;
  if ('const' in schema && schema.const !== value) return `${at}: not ${JSON.stringify(schema.const)}`;
  if (schema.enum && !schema.enum.includes(value)) return `${at}: ${JSON.stringify(value)} is none of ${schema.enum.join(' ')}`;
  const is = value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  if (schema.type && schema.type !== is) return `${at}: ${is} instead of ${schema.type}`;
  if (schema.format === 'date-time' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)) return `${at}: no time: ${value}`;
  if (schema.items) for (const [i, v] of value.entries()) {
    const f = fault(schema.items, v, all, `${at}[${i}]`);
    if (f) return f;
  }
  if (is !== 'object') return null;
  for (const name of schema.required ?? []) if (!(name in value)) return `${at}.${name}: missing`;
  for (const [name, v] of Object.entries(value)) {
    const s = schema.properties?.[name] ?? schema.additionalProperties;
    if (!s && schema.properties) return `${at}.${name}: not described`;
    const f = s ? fault(s, v, all, `${at}.${name}`) : null;
    if (f) return f;
  }
  return null;
}
/** Every $ref of a description that leads nowhere. */
export function lostReferences(description) {
  const lost = new Set();
  const walk = (v) => {
    if (v === null || typeof v !== 'object') return;
    if (v.$ref && !description.components.schemas[v.$ref.replace('#/components/schemas/', '')]) lost.add(v.$ref);
    Object.values(v).forEach(walk);
  };
  walk(description);
  return [...lost];
}
