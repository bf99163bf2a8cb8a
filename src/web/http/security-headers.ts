// What browsers are told about our pages: nothing comes from elsewhere, nothing goes elsewhere, and nobody puts them into a frame.

import type { FastifyHelmetOptions } from "@fastify/helmet";

/** `speaksTls`: some headers mean something over HTTPS only, and browsers complain of them elsewhere. */
export function helmetOptions(speaksTls: boolean): FastifyHelmetOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginOpenerPolicy: speaksTls ? { policy: "same-origin" } : false,
    originAgentCluster: false,
    crossOriginResourcePolicy: { policy: "same-origin" },
    // Nothing is told to other sites. With `no-referrer`, browsers would not say with a form that it is our own either.
    referrerPolicy: { policy: "same-origin" },
    strictTransportSecurity: false,
    xFrameOptions: { action: "deny" },
  };
}

export const permissionsPolicy = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
