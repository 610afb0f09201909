/* Server-rendered pages. All templates are read, parsed and checked at start.
 *
 *     {{name}} {{a.b}}       value, escaped for HTML text and quoted attributes
 *     {{#if name}} … {{else}} … {{/if}}    absent, null, false, "", 0, [] and {} are false
 *     {{#each list}} … {{/each}}           inside: {{.}} the element, {{.field}} its members
 *     {{> file.html}}        another template of the directory
 *     {{asset app.js}}       address of a built file
 *     {{t signin-title}}     text in the page's language, escaped
 *     {{json name}}          JSON safe inside <script type="application/json">
 *     {{! remark}}
 *
 * There is no unescaped output. A value may not appear in an unquoted attribute, in a script or
 * in a style: the escaping is right for text and quoted attributes only.
 */
#ifndef WAXSEAL_FCGI_TEMPLATE_H
#define WAXSEAL_FCGI_TEMPLATE_H

#include "base/json.h"

#include "base/buf.h"
#include "base/err.h"
#include "fcgi/static.h"

struct template_set;

/* Reads every *.html of DIR. Texts are the built files LANG.json ({"signin-title": "Sign in",
 * ...}); "en" must have every key that is used, other languages fall back to it. Every include,
 * asset and text is looked up now: RC_INVALID with "FILE:LINE: ...". */
rc_t template_load(str_t dir, const struct static_files *files, struct template_set **out,
                   struct err *e) WX_MUST_USE;
void template_free(struct template_set *t);
/* Best language that is there for an Accept-Language value; "en" else. Lives as long as t. */
str_t template_language(const struct template_set *t, str_t accept_language);
/* Appends the page to out. data: an object, whose member names the template uses. RC_NOT_FOUND:
 * no such template. */
rc_t template_render(const struct template_set *t, str_t name, str_t language, const json_t *data,
                     struct buf *out, struct err *e) WX_MUST_USE;

/* For tests and the fuzz target: parse one text (no includes, assets, texts) and render it. */
rc_t template_render_text(str_t text, const json_t *data, struct buf *out,
                          struct err *e) WX_MUST_USE;

#endif
