// Lines for Dovecot's configuration.

/** It refuses a login without making us wait, neither for that answer nor for the next login. */
export const promptFailures = `auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}`;
