// What the gate lets pass reaches this.
export default { fetch: () => new Response("passed") };
