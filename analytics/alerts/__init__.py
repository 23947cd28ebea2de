"""Alerts: what a reader should know of without having looked, told once, with its reason and a link.

    signals, targets     what is found in figures, once a day; calls, waves: what is found in single calls and in fieldwork
    finding              one thing found, as facts; `wording` says it in a reader's language, with the link
    making               who is told what, within each reader's rights; mailing: what of it leaves by e-mail
    choices, listing     what a reader chose, and the reader's own list

Nothing is told twice: a unique constraint holds each alert once for its reader, and what goes on is told again only after it
had been over. In the product an alert is there exactly once, however many workers make them and whenever one is killed.

A mail is handed over at least once. It is noted as sent after the mail server took it: a worker that is killed between the
two leaves its claim behind, and after `mailing.LEASE` the same mail is sent once more. The other order would lose it.
"""
