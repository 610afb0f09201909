// A photograph for a contact: cut to a square and made small here, so that what is stored holds neither the camera's
// remarks nor more than the server takes.
import * as api from '../../api/contacts.ts';
import type { Contact } from '../../api/types.ts';

const SIDE = 384;
/** Larger files are no photograph that a browser opens quickly. */
const LARGEST = 30 << 20;
export class NoPicture extends Error { override name = 'NoPicture'; }

async function small(file: File): Promise<Blob> {
  if (file.size === 0 || file.size > LARGEST) throw new NoPicture();
  const picture = await createImageBitmap(file).catch(() => { throw new NoPicture(); });
  try {
    const side = Math.min(picture.width, picture.height);
    const edge = Math.min(SIDE, side);
    const canvas = new OffscreenCanvas(edge, edge);
    const pen = canvas.getContext('2d');
    if (!pen || side === 0) throw new NoPicture();
    // What is transparent would be black in a JPEG.
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, edge, edge);
    pen.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, edge, edge);
    return await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 });
  } finally { picture.close(); }
}

export async function putPhoto(id: string, file: File): Promise<Contact> { return api.setPhoto(id, await small(file)); }
