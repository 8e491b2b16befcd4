// Sends the page's forms to /auth as JSON. The secret of a letter's link stands behind #: it is read
// here, and never part of an address that is asked for.
"use strict";

const told = document.getElementById("told");

async function send(address, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    credentials: "same-origin",
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { ok: answer.ok, body: text ? JSON.parse(text) : null };
}

function refusal(body) {
  const problems = (body && body.problems) || [];
  return problems.length ? problems.map((each) => each.message).join(" ") : body.message;
}

async function submit(form) {
  const body = Object.fromEntries(new FormData(form));
  if (body.code === "") delete body.code;
  if (location.hash.length > 1) body.link = location.hash.slice(1);
  const answer = await send(form.dataset.to, body);
  if (!answer.ok) {
    told.textContent = refusal(answer.body);
    return;
  }
  told.textContent = form.dataset.done;
  if (form.dataset.next) location.assign(form.dataset.next);
}

for (const form of document.forms) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      await submit(form);
    } catch {
      told.textContent = told.dataset.failed;
    } finally {
      button.disabled = false;
    }
  });
}

document.getElementById("oidc")?.addEventListener("click", async () => {
  try {
    const answer = await send("/auth/oidc/start", { returnTo: "/" });
    if (answer.ok) location.assign(answer.body.address);
    else told.textContent = answer.body.message;
  } catch {
    told.textContent = told.dataset.failed;
  }
});
