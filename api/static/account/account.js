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
    if (answer.body.code === "code_required") form.elements.code.focus();
    return;
  }
  told.textContent = form.dataset.done;
  if (form.dataset.next) location.assign(form.dataset.next);
  else await (afterwards[form.dataset.then] || (() => {}))(answer.body, form);
}

const element = (id) => document.getElementById(id);
const show = (id, shown) => { element(id).hidden = !shown; };

// What follows on the page of the account itself.
const afterwards = {
  plain: (_, form) => { form.hidden = true; },
  sessions: async (_, form) => { form.reset(); await listSessions(); },
  begin: (made) => {
    element("key").textContent = made.key.replace(/(.{4})/g, "$1 ").trim();
    element("app").href = made.address;
    show("off", false);
    show("enrolment", true);
    element("code").focus();
  },
  codes: async (made, form) => {
    form.reset();
    const codes = (made && made.recoveryCodes) || [];
    element("recovery").replaceChildren(...codes.map(item));
    show("enrolment", false);
    show("codes", codes.length > 0);
    for (const folded of document.querySelectorAll("details")) folded.open = false;
    await tellAccount();
  },
};

function item(text) {
  const made = document.createElement("li");
  made.textContent = text;
  return made;
}

async function get(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (answer.status === 401) location.replace("/konto/logowanie");
  return answer.json();
}

async function tellAccount() {
  const me = await get("/auth/me");
  if (!me.email) return;
  element("who").textContent = `${me.name}, ${me.email}`;
  if (me.secondFactor) element("left").textContent = (await get("/auth/second-factor/recovery-codes")).left;
  show("on", me.secondFactor);
  show("off", !me.secondFactor && element("enrolment").hidden);
}

async function listSessions() {
  const list = element("sessions");
  const language = document.documentElement.lang;
  const told = await get("/auth/sessions");
  list.replaceChildren(...told.map((each) => {
    const since = new Date(each.createdAt).toLocaleString(language, { dateStyle: "long", timeStyle: "short" });
    return item(`${each.browser}, ${since}${each.current ? ` (${list.dataset.this})` : ""}`);
  }));
}

if (element("who")) tellAccount().then(listSessions).catch(() => { told.textContent = told.dataset.failed; });

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
      if (told.textContent) told.scrollIntoView({ block: "nearest" });
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
