// What the page has to know of its deployment.
const answer = await fetch("context.json");
document.querySelector("#context").textContent = JSON.stringify(await answer.json(), null, 2);
