// When there is nothing to show: why, and what to do.

import type { VNode } from "preact";
import type { ErrorPageProps } from "../props.ts";
import { roughly } from "../words/figures.ts";
import { Foreign } from "./foreign.tsx";

export function ErrorView({ statusCode, error, retryAfter }: ErrorPageProps): VNode {
  return (
    <div class="problem">
      <p class="code" aria-hidden="true">
        {statusCode}
      </p>
      <h1>{errorTitle(statusCode)}</h1>
      <p>
        <Foreign text={error} />
      </p>
      {retryAfter !== undefined && <p>Try again in {roughly(retryAfter)}.</p>}
      <p>
        <a href="/">To the beginning</a>
      </p>
    </div>
  );
}

export function errorTitle(statusCode: number): string {
  switch (statusCode) {
    case 400:
    case 415:
      return "That could not be understood";
    case 401:
    case 403:
      return "This is not allowed";
    case 404:
    case 410:
      return "There is nothing here";
    case 413:
      return "That is too much at once";
    case 429:
      return "A little slower, please";
    case 503:
      return "Too busy just now";
    default:
      return statusCode < 500 ? "That did not work" : "Something went wrong here";
  }
}
