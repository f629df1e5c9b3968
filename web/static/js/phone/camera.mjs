// A photo as it is kept: a picture of twelve megapixels is made smaller on the phone before it is stored. What a phone cannot make
// smaller is kept as it is. Re-drawing also leaves the camera's notes (place, model) behind.

export const LONGEST = 1600;

export async function smaller(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
    return made ?? file;
  } catch { return file; }
}

// A look at what was taken, drawn: no address of a picture is needed, so the page's policy stays closed.
export async function preview(blob, canvas) {
  try {
    const picture = await createImageBitmap(blob);
    canvas.width = 240;
    canvas.height = Math.round((240 * picture.height) / picture.width);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    canvas.hidden = false;
  } catch { canvas.hidden = true; }
}
