// A question in a dialog of its own on the body: an element that answers once and goes.
import { WxElement } from '../core/element.ts';

export abstract class Asking<T> extends WxElement {
  done: (answer: T) => void = () => undefined;
}

/** Shows the element until it answers. */
export function ask<T>(box: Asking<T>): Promise<T> {
  return new Promise((resolve) => {
    box.done = (answer) => {
      box.remove();
      resolve(answer);
    };
    document.body.append(box);
  });
}
