# Messages.
class profile::queue {
  include rabbitmq
}
