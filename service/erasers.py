"""Who else keeps something that was made of a note's words. A noun that does is listed here, or its words outlive the note."""

from service.definitions.store import erase as of_examples
from service.erasure.store import Erasers
from service.idempotency.store import erase as of_answers
from service.jobs.store import erase as of_jobs
from service.reviews.erasure import erase as of_reviews
from service.safety.erasure import erase as of_safety_items
from service.shadow.store import erase as of_trials
from service.themes.store import erase as of_themes
from service.vectors.store import erase as of_vectors
from service.webhooks.outbox import erase as of_messages

ERASERS: Erasers = (of_answers, of_jobs, of_safety_items, of_reviews, of_vectors, of_trials, of_messages, of_examples, of_themes)
