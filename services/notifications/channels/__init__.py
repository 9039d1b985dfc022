"""The ways a message leaves the house: SMTP, text-message gateways, calendar files and PDF letters."""
