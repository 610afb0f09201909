// Some acts want a code of the last ten minutes: asked for once, over whatever is open, for all requests that wait for it.
import { ApiError } from '../api/client.ts';
import { t } from '../core/i18n.ts';
import { asking, post } from './api.ts';
import { formDialog } from './parts/form.ts';
import { session } from './state.ts';
import { say } from './words.ts';

let open: Promise<boolean> | null = null;
export function startStepUp(): void {
  asking.code = () => {
    open ??= formDialog<boolean>({
      title: t('adm-step-up-title'), text: t('adm-step-up-text'), yes: t('adm-step-up-yes'),
      fields: [{ name: 'code', label: t('signin-code'), kind: 'code', required: true, hint: t('adm-code-hint'), most: 64 }],
      act: async (v) => {
        try {
          const a = await post<{ fresh_until: string }>('stepup', { code: String(v.code).trim() }, { bare: true });
          if (session.value) session.value = { ...session.value, fresh_until: a.fresh_until };
          return true;
        } catch (error) {
          const wrong = error instanceof ApiError && (error.code === 'wrong_code' || error.field === 'code');
          throw wrong ? new ApiError('wrong_code', t('adm-code-wrong'), 401, { field: 'code' }) : error instanceof ApiError ? new ApiError(error.code, say(error), error.status, { field: 'code' }) : error;
        }
      },
    }).then((done) => { open = null; return done === true; });
    return open;
  };
}
