/* A file that is too large is known before it is sent; without this the server says so afterwards. */
for (const input of document.querySelectorAll<HTMLInputElement>('input[type="file"][data-most]')) {
  const most = Number(input.dataset['most']);
  input.addEventListener('change', () => {
    const tooLarge = [...input.files ?? []].some((file) => file.size > most);
    input.setCustomValidity(tooLarge ? `This file is too large: the hub takes files up to ${most / 1024 / 1024} MB.` : '');
    input.reportValidity();
  });
}
