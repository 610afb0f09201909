// What the harness's browser needs to know of our pages.
export default {
  waxseal: {
    path: '/signin', user: 'input[name=username]', pass: 'input[name=password]', submit: 'form button[type=submit]',
    row: '.row:not(.is-bone)', open: '.message-subject',
  },
};
