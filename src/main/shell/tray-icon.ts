// The icon of the tray, 32 x 32 pixels, PNG: src/renderer/public/icon.svg drawn small. Trays take no SVG.

const png =
  'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAMAAABEpIrGAAAA4VBMVEVMaXE8VcQ8VcQ8VsQ5UcU9VcQ8VsU9VsU9VsQ8VcU9VsU8VcI8VcQ8VcQ8VsQ8V8Y+' +
  'V8M9VsU/Wb89VsU9VcU9VsX///+os+V3iNZKYcnw8vprftPEzO12iNZJYcnx8vv4+f2SoN7Fze5yhNWVo99BWcZAWcaRoN4/WMaSoN+ptOWap+FnetKdquI/' +
  'V8U+V8Vab86Dk9qkr+RQZ8tCW8dxhNVkeNHv8frAyOxLYslqfdJpfNJ4idfR1/HQ1vHM0/DL0vDq7fnq7PnFze2Rn95dcs9ecs9RZ8uUot9RaMtzhdVlwJAg' +
  'AAAAFXRSTlMAzs3wFvHz8v5UhBWD9IJVUs8UgdCSADlhAAAACXBIWXMAAC4jAAAuIwF4pT92AAABMElEQVQ4y4XTZ3uCMBAA4NMyxFWtJQcCAkrr3taqtbV7' +
  '/f8fVEKKghK8L8nlXvIEyAEACPlqST2JUqYoQBCXssoJWQnqOZUbOV8IspoSYgHyamqU4TodZECKpjdus+nexs4Jsfoj8eMpJmLAJUG0uaDJgMkFOwaeeaDz' +
  '9r9DhwMGvRdaf+0NksG4j922ab53sT9OBBPEDzp+Ik4SwRSHIzqOhjhNAosZWmxm4WyRAJaIczb7Qlweg/VW8/A7XPTQ22p6FPzahDgrIwTGyiHEbh3A2qbv' +
  '78xD8OPQ3Nb3QCPkwSBEC0E0D8HmCGxiQK/TLe8bIYjm7JAtf6V+d/g6kRzYpdY1qxH9yftchOq5S1tMB7UzjXNxBaCktV6FNqcicp+vsPYulLPSaVXK1vz9' +
  '4Q8sMFmWVAg23AAAAABJRU5ErkJggg=='

export const trayIcon = `data:image/png;base64,${png}`
