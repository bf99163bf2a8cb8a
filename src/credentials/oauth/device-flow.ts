// The device-authorization flow (RFC 8628): the user types a short code into a browser on any machine, while we ask again
// and again.

import {
  deviceAuthorizationRequest,
  type DeviceAuthorizationResponse,
  deviceCodeGrantRequest,
  processDeviceAuthorizationResponse,
  processDeviceCodeResponse,
  ResponseBodyError,
  type TokenEndpointResponse,
} from "oauth4webapi";
import { InterimapError } from "../../model/errors.ts";
import { duration } from "../../util/duration.ts";
import { monotonicMs } from "../../util/monotonic.ts";
import { printable } from "../../util/printable.ts";
import type { Exchange } from "./exchange.ts";
import { requestOptions } from "./requests.ts";

/** RFC 8628 3.2: where the issuer does not say. */
const usualInterval = 5;
/** RFC 8628 3.5 */
const slower = 5;

/** @throws what oauth4webapi and fetch() throw; InterimapError AUTH_FAILED; the signal's reason */
export async function byDevice(exchange: Exchange): Promise<TokenEndpointResponse> {
  const { provider, server, client, authentication, dialogue, hide } = exchange;
  if (server.device_authorization_endpoint === undefined) {
    throw new InterimapError("AUTH_FAILED", `${provider.name} does not let devices log in`, {
      hint: "set oauth-flow = browser",
    });
  }
  const options = requestOptions(provider.issuer);
  const parameters: Record<string, string> = provider.scope === undefined ? {} : { scope: provider.scope };
  const answer = await deviceAuthorizationRequest(server, client, authentication, parameters, options);
  const device = await processDeviceAuthorizationResponse(server, client, answer);
  hide(device.device_code);
  const endsAt = monotonicMs() + device.expires_in * 1000;
  dialogue.say(...instructions(device));
  let seconds = device.interval ?? usualInterval;
  for (;;) {
    await dialogue.pause(seconds * 1000);
    if (monotonicMs() > endsAt) throw tooLate(device);
    try {
      const told = await deviceCodeGrantRequest(server, client, authentication, device.device_code, options);
      return await processDeviceCodeResponse(server, client, told);
    } catch (error) {
      const news = error instanceof ResponseBodyError ? error.error : undefined;
      if (news === "slow_down") seconds += slower;
      else if (news === "expired_token") throw tooLate(device);
      // A connection that fails is made again, less often each time (RFC 8628 3.5).
      else if (isOfNetwork(error)) seconds *= 2;
      else if (news !== "authorization_pending") throw error;
    }
  }
}

function instructions(device: DeviceAuthorizationResponse): readonly string[] {
  const { verification_uri: place, user_code: code, verification_uri_complete: complete, expires_in: seconds } = device;
  return [
    "To log in, open this address in a browser, on any machine:",
    "",
    `  ${printable(place)}`,
    "",
    `and enter the code ${printable(code)}`,
    ...(complete === undefined ? [] : [`(or open ${printable(complete)})`]),
    "",
    `Waiting for you to agree there, for ${duration(seconds * 1000)} at most. Agree only if you began this login yourself.`,
  ];
}

function tooLate({ expires_in: seconds }: DeviceAuthorizationResponse): InterimapError {
  return new InterimapError(
    "AUTH_FAILED",
    `login failed: the code was not entered within ${duration(seconds * 1000)}`,
    {
      hint: "begin again",
    },
  );
}

function isOfNetwork(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "TimeoutError" || (error instanceof TypeError && error.cause instanceof Error);
}
